import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sun.security.util.HostnameChecker;

/** What CertPathValidator says of a path, and HostnameChecker of the host: who verifies TLS asks both. */
final class Verdict {
  private static final Map<String, String> PURPOSES =
      Map.of(
          "server", "1.3.6.1.5.5.7.3.1",
          "client", "1.3.6.1.5.5.7.3.2",
          "ocsp", "1.3.6.1.5.5.7.3.9");

  private Verdict() {}

  static String of(String line) {
    String[] parts = line.split("\t", -1);
    try {
      var certificates = new ArrayList<X509Certificate>();
      for (String text : List.of(parts).subList(3, parts.length)) certificates.add(certificate(text));
      verify(certificates, terms(parts, certificates.get(0)));
      if (!parts[2].isEmpty()) {
        HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(parts[2], certificates.get(1));
      }
      return "{}";
    } catch (GeneralSecurityException | IOException | RuntimeException error) {
      return Json.of(Map.of("error", error.getClass().getSimpleName() + ": " + error.getMessage()));
    }
  }

  private static X509Certificate certificate(String base64) throws CertificateException {
    byte[] der = Base64.getDecoder().decode(base64);
    var input = new ByteArrayInputStream(der);
    var certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(input);
    if (input.available() > 0) throw new CertificateException("octets after the certificate");
    return certificate;
  }

  private static PKIXParameters terms(String[] parts, X509Certificate root)
      throws GeneralSecurityException, IOException {
    var terms = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    terms.setDate(Date.from(Instant.ofEpochSecond(Long.parseLong(parts[0]))));
    terms.setRevocationEnabled(false);
    var leaf = new X509CertSelector();
    String purpose = PURPOSES.get(parts[1]);
    if (purpose != null) leaf.setExtendedKeyUsage(Set.of(purpose));
    terms.setTargetCertConstraints(leaf);
    return terms;
  }

  private static void verify(List<X509Certificate> certificates, PKIXParameters terms)
      throws GeneralSecurityException {
    var path = CertificateFactory.getInstance("X.509").generateCertPath(certificates.subList(1, certificates.size()));
    CertPathValidator.getInstance("PKIX").validate(path, terms);
  }
}
