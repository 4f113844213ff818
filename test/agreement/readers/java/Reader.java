import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;

/**
 * The JDK's own classes, for many certificates in one process.
 *
 * <p>{@code java Reader facts}: base64 of a certificate a line gives what it says; {@code java Reader pfx}: that
 * of a password, a tab and that of a PFX gives what it holds; {@code java Reader verify}: a path (see c/paths.h)
 * gives what is wrong with it.
 */
final class Reader {
  private static final Map<String, Function<String, String>> COMMANDS =
      Map.of("facts", CertificateFacts::of, "pfx", PfxFacts::of, "verify", Verdict::of);

  private Reader() {}

  public static void main(String[] arguments) throws Exception {
    Function<String, String> command = arguments.length == 1 ? COMMANDS.get(arguments[0]) : null;
    if (command == null) {
      System.err.println("usage: java Reader facts | pfx | verify");
      System.exit(2);
    }
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    var output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.println(command.apply(line));
    }
    output.flush();
  }
}
