package io.leat.pipeline.expression;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The CEL library's messages, in words for the people who write pipelines. */
final class Issues {
  private static final Pattern NO_OVERLOAD =
      Pattern.compile(
          "found no matching overload for '([^']+)' applied to '([^']*)'.*", Pattern.DOTALL);
  private static final Pattern OPERATOR = Pattern.compile("_?(\\W+|\\w+)_");
  private static final Pattern AT = Pattern.compile("^evaluation error(?: at [^:]*:\\d+)?: ");
  private static final List<String> TIME_ARITHMETIC =
      List.of("google.protobuf.Timestamp", "google.protobuf.Duration");

  private Issues() {}

  static String plain(String message) {
    Matcher matcher = NO_OVERLOAD.matcher(message);
    String text = message;
    if (matcher.matches()) {
      String types = matcher.group(2);
      text =
          "%s cannot be applied to %s%s"
              .formatted(
                  operator(matcher.group(1)),
                  types,
                  types.contains("null")
                      ? "; to ask whether a value is there write has(event.field)"
                      : "");
    }
    for (String type : TIME_ARITHMETIC) {
      text = text.replace(type, type.endsWith("Timestamp") ? "timestamp" : "duration");
    }
    return AT.matcher(text).replaceFirst("").replace("/ by zero", "division by zero");
  }

  private static String operator(String name) {
    Matcher matcher = OPERATOR.matcher(name);
    return matcher.matches() ? matcher.group(1) : name.replace("@", "");
  }
}
