import java.io.ByteArrayInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;
import sun.security.x509.KeyIdentifier;
import sun.security.x509.X509CertImpl;

/** What a certificate says, as java.security.cert reads it. */
final class CertificateFacts {
  /** In the order of the bits (RFC 5280 section 4.2.1.3). */
  private static final List<String> KEY_USAGES =
      List.of(
          "digitalSignature",
          "nonRepudiation",
          "keyEncipherment",
          "dataEncipherment",
          "keyAgreement",
          "keyCertSign",
          "cRLSign",
          "encipherOnly",
          "decipherOnly");

  private static final Map<String, String> ATTRIBUTE_TYPES =
      Map.of(
          "CN", "2.5.4.3",
          "C", "2.5.4.6",
          "L", "2.5.4.7",
          "ST", "2.5.4.8",
          "O", "2.5.4.10",
          "OU", "2.5.4.11");

  /** The number of each kind of GeneralName. */
  private enum Kind {
    emailAddresses(1),
    dnsNames(2),
    uris(6),
    ipAddresses(7);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  private CertificateFacts() {}

  static String of(String line) {
    try {
      var der = new ByteArrayInputStream(Base64.getDecoder().decode(line));
      var factory = CertificateFactory.getInstance("X.509");
      return Json.of(of((X509CertImpl) factory.generateCertificate(der)));
    } catch (CertificateException | InvalidNameException error) {
      return Json.of(Map.of("error", String.valueOf(error.getMessage())));
    }
  }

  private static Map<String, Object> of(X509CertImpl certificate)
      throws CertificateParsingException, InvalidNameException {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("serialNumber", certificate.getSerialNumber().toString(16));
    facts.put("issuer", attributesOf(certificate.getIssuerX500Principal()));
    facts.put("subject", attributesOf(certificate.getSubjectX500Principal()));
    facts.put("notBefore", text(certificate.getNotBefore()));
    facts.put("notAfter", text(certificate.getNotAfter()));
    for (Kind kind : Kind.values()) {
      facts.put(kind.name(), namesOf(kind, certificate.getSubjectAlternativeNames()));
    }
    facts.put("keyAlgorithm", keyAlgorithm(certificate.getPublicKey()));
    facts.put("subjectKeyIdentifier", keyIdentifier(certificate.getSubjectKeyId()));
    facts.put("authorityKeyIdentifier", keyIdentifier(certificate.getAuthKeyId()));
    int pathLength = certificate.getBasicConstraints();
    facts.put("isAuthority", pathLength >= 0);
    facts.put("pathLenConstraint", pathLength >= 0 && pathLength < Integer.MAX_VALUE ? pathLength : null);
    facts.put("keyUsage", keyUsagesOf(certificate.getKeyUsage()));
    List<String> purposes = certificate.getExtendedKeyUsage();
    facts.put("extKeyUsage", purposes == null ? List.of() : purposes);
    return facts;
  }

  /** From first to last; the text has them the other way round (RFC 2253 section 2.1). */
  private static List<String> attributesOf(X500Principal principal) throws InvalidNameException {
    var attributes = new ArrayList<String>();
    for (var rdn : new LdapName(principal.getName(X500Principal.RFC2253)).getRdns()) {
      attributes.add(ATTRIBUTE_TYPES.getOrDefault(rdn.getType(), rdn.getType()) + "=" + rdn.getValue());
    }
    return attributes;
  }

  private static String text(Date date) {
    return date.toInstant().toString();
  }

  private static List<String> namesOf(Kind kind, Collection<List<?>> names) {
    if (names == null) return List.of();
    return names.stream()
        .filter(name -> name.get(0).equals(kind.number))
        .map(name -> String.valueOf(name.get(1)))
        .toList();
  }

  static String keyAlgorithm(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) return "rsa-" + rsa.getModulus().bitLength();
    if (key instanceof ECPublicKey ec) return "ecdsa-p" + ec.getParams().getOrder().bitLength();
    if (key instanceof EdECPublicKey ed) return ed.getParams().getName().toLowerCase(Locale.ROOT);
    return "unknown";
  }

  private static String keyIdentifier(KeyIdentifier identifier) {
    return identifier == null ? "" : HexFormat.of().formatHex(identifier.getIdentifier());
  }

  private static List<String> keyUsagesOf(boolean[] bits) {
    var names = new ArrayList<String>();
    for (int bit = 0; bits != null && bit < KEY_USAGES.size(); bit++) {
      if (bits[bit]) names.add(KEY_USAGES.get(bit));
    }
    return names;
  }
}
