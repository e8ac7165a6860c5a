package io.leat.mlflow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A search as MLflow's clients write one: conditions with AND between, an order, pages.
 *
 * <p>A tag that something does not have is different from every value.
 *
 * @param conditions all of which have to hold
 */
record Search(List<Condition> conditions) {
  private static final Pattern CONDITION =
      Pattern.compile(
          "\\s*(?:(\\w+)|tags?\\.(?:`([^`]+)`|\"([^\"]+)\"|([\\w.]+)))\\s*(!=|>=|<=|=|>|<|(?i:I?LIKE))\\s*(?:'([^']*)'|\"([^\"]*)\"|(\\d+))\\s*");
  private static final Pattern AND = Pattern.compile("(?i)and\\s");
  private static final Pattern ORDER = Pattern.compile("(?i)(\\w+)(?:\\s+(ASC|DESC))?");
  private static final int USUAL_PAGE = 100;
  private static final int LARGEST_PAGE = 200_000;

  /** The attribute that is compared as a number. */
  static final String NUMBER = "version_number";

  /** Of what is searched, an attribute or a tag. */
  record Condition(String name, boolean isTag, String comparison, String value) {
    boolean holds(Map<String, String> attributes, Map<String, String> tags) {
      String found = (isTag ? tags : attributes).get(name);
      if (found == null) {
        return comparison.equals("!=");
      }
      return switch (comparison) {
        case "=" -> found.equals(value);
        case "!=" -> !found.equals(value);
        case "LIKE" -> isLike(found, value);
        case "ILIKE" -> isLike(found.toLowerCase(Locale.ROOT), value.toLowerCase(Locale.ROOT));
        default -> {
          int order = Long.compare(Long.parseLong(found), Long.parseLong(value));
          yield comparison.startsWith(">")
              ? order > 0 || (order == 0 && comparison.length() == 2)
              : order < 0 || (order == 0 && comparison.length() == 2);
        }
      };
    }

    /**
     * Whether a text is like a pattern, of which {@code %} is any text and {@code _} any character.
     * Goes back to the last {@code %} alone: time is at most the product of both lengths.
     */
    private static boolean isLike(String text, String pattern) {
      int in = 0;
      int of = 0;
      int any = -1;
      int behindAny = 0;
      while (in < text.length()) {
        if (of < pattern.length() && pattern.charAt(of) == '%') {
          any = of++;
          behindAny = in;
        } else if (of < pattern.length()
            && (pattern.charAt(of) == '_' || pattern.charAt(of) == text.charAt(in))) {
          in++;
          of++;
        } else if (any >= 0) {
          of = any + 1;
          in = ++behindAny;
        } else {
          return false;
        }
      }
      while (of < pattern.length() && pattern.charAt(of) == '%') {
        of++;
      }
      return of == pattern.length();
    }
  }

  /** A part of what was found. */
  record Page<T>(List<T> found, @Nullable String next) {}

  /**
   * Reads a filter.
   *
   * @param attributes that it may name
   * @throws Refusal if it is none
   */
  static Search of(String filter, Set<String> attributes) throws Refusal {
    List<Condition> conditions = new ArrayList<>();
    String rest = filter.strip();
    while (!rest.isEmpty()) {
      Matcher condition = CONDITION.matcher(rest);
      if (!condition.lookingAt()) {
        throw Refusal.invalid(
            "Invalid filter '%s': expected conditions such as name = 'fraud' with AND between.",
            filter);
      }
      conditions.add(condition(condition, attributes, filter));
      rest = rest.substring(condition.end());
      if (!rest.isEmpty()) {
        Matcher and = AND.matcher(rest);
        if (!and.lookingAt()) {
          throw Refusal.invalid("Invalid filter '%s': expected AND before '%s'.", filter, rest);
        }
        rest = rest.substring(and.end());
      }
    }
    return new Search(List.copyOf(conditions));
  }

  private static Condition condition(Matcher read, Set<String> attributes, String filter)
      throws Refusal {
    String attribute = read.group(1);
    if (attribute != null && !attributes.contains(attribute)) {
      throw Refusal.invalid(
          "Invalid attribute key '%s' specified. Valid keys are '%s'", attribute, attributes);
    }
    String comparison = read.group(5).toUpperCase(Locale.ROOT);
    String value = first(read, 6, 7, 8);
    boolean ordered = comparison.startsWith(">") || comparison.startsWith("<");
    boolean number = NUMBER.equals(attribute);
    if ((ordered && !number) || (number && !value.matches("\\d{1,18}"))) {
      throw Refusal.invalid(
          "Invalid filter '%s': numbers are compared with %s alone.", filter, NUMBER);
    }
    return new Condition(
        attribute == null ? first(read, 2, 3, 4) : attribute, attribute == null, comparison, value);
  }

  private static String first(Matcher read, int... groups) {
    for (int group : groups) {
      String found = read.group(group);
      if (found != null) {
        return found;
      }
    }
    throw new IllegalStateException("one of the groups has matched: " + read.group());
  }

  /** Whether something is searched for. */
  boolean matches(Map<String, String> attributes, Map<String, String> tags) {
    return conditions.stream().allMatch(condition -> condition.holds(attributes, tags));
  }

  /**
   * Orders what was found, and takes a page of it.
   *
   * @param call has {@code order_by}, {@code max_results} and {@code page_token}
   * @param found in the usual order
   * @param keys how it can be ordered otherwise
   */
  static <T> Page<T> page(Call call, List<T> found, Map<String, Function<T, Comparable<?>>> keys)
      throws Refusal {
    List<T> ordered = new ArrayList<>(found);
    List<String> orders = new ArrayList<>();
    call.fields().path("order_by").forEach(order -> orders.add(order.asText()));
    call.text("order_by").ifPresent(orders::add);
    Collections.reverse(orders); // the sort is stable: the first is the last to be done
    for (String order : orders) {
      ordered.sort(comparator(order, keys));
    }
    int from = call.number("page_token").orElse(0);
    int most = call.number("max_results").orElse(USUAL_PAGE);
    if (most < 1 || most > LARGEST_PAGE || from < 0) {
      throw Refusal.invalid(
          "max_results is %d; expected 1 to %d, and a page_token of an answer.",
          most, LARGEST_PAGE);
    }
    int start = Math.min(from, ordered.size());
    int end = Math.min(start + most, ordered.size());
    return new Page<>(
        ordered.subList(start, end), end < ordered.size() ? String.valueOf(end) : null);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // each key gives values of one type
  private static <T> Comparator<T> comparator(
      String order, Map<String, Function<T, Comparable<?>>> keys) throws Refusal {
    Matcher read = ORDER.matcher(order.strip());
    Function<T, Comparable<?>> key = read.matches() ? keys.get(read.group(1)) : null;
    if (key == null) {
      throw Refusal.invalid(
          "Invalid order_by '%s': expected one of %s, perhaps with ASC or DESC behind it.",
          order, keys.keySet());
    }
    Comparator<T> ascending =
        (one, other) -> ((Comparable) key.apply(one)).compareTo(key.apply(other));
    return "DESC".equalsIgnoreCase(read.group(2)) ? ascending.reversed() : ascending;
  }
}
