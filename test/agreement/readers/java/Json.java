import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** As much JSON as the answers need. */
final class Json {
  private Json() {}

  static String of(Object value) {
    var json = new StringBuilder();
    write(json, value);
    return json.toString();
  }

  private static void write(StringBuilder json, Object value) {
    if (value instanceof Map<?, ?> members) writeObject(json, members);
    else if (value instanceof List<?> elements) writeArray(json, elements);
    else if (value instanceof String text) writeText(json, text);
    else json.append(value);
  }

  private static void writeObject(StringBuilder json, Map<?, ?> members) {
    json.append('{');
    for (Iterator<? extends Map.Entry<?, ?>> left = members.entrySet().iterator(); left.hasNext(); ) {
      Map.Entry<?, ?> member = left.next();
      write(json, member.getKey());
      json.append(':');
      write(json, member.getValue());
      if (left.hasNext()) json.append(',');
    }
    json.append('}');
  }

  private static void writeArray(StringBuilder json, List<?> elements) {
    json.append('[');
    for (Iterator<?> left = elements.iterator(); left.hasNext(); ) {
      write(json, left.next());
      if (left.hasNext()) json.append(',');
    }
    json.append(']');
  }

  private static void writeText(StringBuilder json, String text) {
    json.append('"');
    for (char character : text.toCharArray()) {
      if (character == '"' || character == '\\') json.append('\\').append(character);
      else if (character < ' ') json.append(String.format("\\u%04x", (int) character));
      else json.append(character);
    }
    json.append('"');
  }
}
