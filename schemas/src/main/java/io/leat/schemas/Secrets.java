package io.leat.schemas;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a log, a message or a health page may show of settings and addresses that hold secrets. */
public final class Secrets {
  private static final String HIDDEN = "***";
  private static final List<String> PARTS =
      List.of("password", "secret", "jaas", "credential", "user.info", "token");
  private static final List<String> ENDS = List.of(".key", "-key");

  /** User and password of a URL: all between the slashes and the last at sign of the authority. */
  private static final Pattern CREDENTIALS = Pattern.compile("//[^/\\s]*@");

  private Secrets() {}

  /** A setting's value, hidden where its name tells of a secret, else without credentials. */
  public static String shown(String name, String value) {
    return isSecret(name) ? HIDDEN : withoutCredentials(value);
  }

  /** Whether a setting's name tells of a secret, or its value holds credentials. */
  public static boolean holds(String name, String value) {
    return !value.isBlank() && !shown(name, value).equals(value);
  }

  private static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return PARTS.stream().anyMatch(lower::contains) || ENDS.stream().anyMatch(lower::endsWith);
  }

  /** A text with user and password of every URL in it hidden. */
  public static String withoutCredentials(String text) {
    return CREDENTIALS.matcher(text).replaceAll("//" + HIDDEN + "@");
  }
}
