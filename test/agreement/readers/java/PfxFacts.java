import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What a PFX holds, as java.security.KeyStore reads it. */
final class PfxFacts {
  private PfxFacts() {}

  static String of(String line) {
    String[] parts = line.split("\t", -1);
    var password = new String(Base64.getDecoder().decode(parts[0]), StandardCharsets.UTF_8);
    try {
      return Json.of(of(Base64.getDecoder().decode(parts[1]), password.toCharArray()));
    } catch (Exception error) {
      return Json.of(Map.of("error", String.valueOf(error.getMessage())));
    }
  }

  private static Map<String, Object> of(byte[] pfx, char[] password) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(pfx), password);
    List<String> entries = Collections.list(store.aliases()).stream().filter(keyIn(store)).toList();
    if (entries.size() != 1) return Map.of("error", entries.size() + " keys");
    String alias = entries.get(0);
    Certificate[] path = store.getCertificateChain(alias);
    var key = (PrivateKey) store.getKey(alias, password);
    PublicKey publicKey = path[0].getPublicKey();
    var facts = new LinkedHashMap<String, Object>();
    facts.put("keyAlgorithm", CertificateFacts.keyAlgorithm(publicKey));
    facts.put("publicKey", areOfOnePair(key, publicKey) ? sha256(publicKey.getEncoded()) : "");
    facts.put("certificates", digestsOf(path));
    facts.put("friendlyName", alias);
    return facts;
  }

  private static Predicate<String> keyIn(KeyStore store) {
    return alias -> {
      try {
        return store.isKeyEntry(alias);
      } catch (GeneralSecurityException error) {
        throw new IllegalStateException(error);
      }
    };
  }

  /** A private key does not tell its public half, and a signature does. */
  private static boolean areOfOnePair(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    byte[] octets = {1, 2, 3};
    String scheme =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    var signature = Signature.getInstance(scheme);
    signature.initSign(key);
    signature.update(octets);
    byte[] made = signature.sign();
    signature.initVerify(publicKey);
    signature.update(octets);
    return signature.verify(made);
  }

  private static List<String> digestsOf(Certificate[] path) throws GeneralSecurityException {
    var digests = new ArrayList<String>();
    for (Certificate certificate : path) digests.add(sha256(certificate.getEncoded()));
    return digests;
  }

  private static String sha256(byte[] octets) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
  }
}
