package io.leat.pipeline.yaml;

import java.util.regex.Pattern;

/** What a name may look like. */
public enum NameRule {
  /** A name that expressions use. */
  IDENTIFIER("[A-Za-z][A-Za-z0-9_]{0,99}", "letters, digits and _, a letter first"),
  /** A name that becomes part of topics' and consumer groups' names. */
  TOPIC("[A-Za-z][A-Za-z0-9_-]{0,99}", "letters, digits, _ and -, a letter first"),
  /** A version's name. */
  VERSION("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "letters, digits, ., _ and -");

  private final Pattern pattern;
  private final String description;

  NameRule(String pattern, String description) {
    this.pattern = Pattern.compile(pattern);
    this.description = description;
  }

  public boolean allows(String name) {
    return pattern.matcher(name).matches();
  }

  /** What the rule wants, in words. */
  public String description() {
    return description;
  }
}
