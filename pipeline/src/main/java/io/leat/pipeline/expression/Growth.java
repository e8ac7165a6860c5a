package io.leat.pipeline.expression;

import dev.cel.common.CelOptions;
import dev.cel.common.values.CelByteString;
import dev.cel.extensions.CelExtensions;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import dev.cel.runtime.InternalCelFunctionBinding;
import dev.cel.runtime.RuntimeEquality;
import dev.cel.runtime.RuntimeHelpers;
import dev.cel.runtime.standard.AddOperator.AddOverload;
import dev.cel.runtime.standard.BytesFunction.BytesOverload;
import dev.cel.runtime.standard.CelStandardOverload;
import dev.cel.runtime.standard.StringFunction.StringOverload;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Bounds what one evaluation makes of its inputs. A chain of a dozen {@code replace}, or of {@code
 * map(x, x + x)}, makes terabytes of a text of one letter: each function that makes texts, bytes or
 * lists says beforehand how much it is about to make, and fails where the sum is too large.
 */
final class Growth {
  /** Characters, bytes and {@link #ITEM}s; sixteen times the largest record. */
  static final long MOST = 16L << 20;

  /** What an item of a list takes beside itself. */
  private static final long ITEM = 8;

  /** Of the standard functions those whose values can take room, by the functions' names. */
  private static final Map<String, List<CelStandardOverload>> STANDARD =
      Map.of(
          "_+_", List.of(AddOverload.ADD_STRING, AddOverload.ADD_BYTES, AddOverload.ADD_LIST),
          "bytes", List.of(BytesOverload.values()),
          "string", List.of(StringOverload.values()));

  /** Of the string extensions, by the names of their overloads. */
  private static final Map<String, ToLongFunction<Object[]>> EXTENSIONS =
      Map.of(
          "string_replace_string_string", Growth::replaced,
          "string_replace_string_string_int", Growth::replaced,
          "string_split_string", Growth::split,
          "string_split_string_int", Growth::split,
          "list_join", Growth::joined,
          "list_join_string", Growth::joined);

  /** What is left to each thread's evaluation. */
  private static final ThreadLocal<long[]> LEFT = ThreadLocal.withInitial(() -> new long[] {MOST});

  private Growth() {}

  /** Begins an evaluation. */
  static void begin() {
    LEFT.get()[0] = MOST;
  }

  /**
   * Says that so much is about to be made.
   *
   * @throws TooMuchException if the evaluation has made too much
   */
  static void charge(long size) {
    long[] left = LEFT.get();
    left[0] -= size;
    if (left[0] < 0) {
      throw new TooMuchException(
          "it makes texts and lists of more than %,d characters in all".formatted(MOST));
    }
  }

  /** The bound was met; the library's own message would quote what was made. */
  static final class TooMuchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    TooMuchException(String message) {
      super(message);
    }
  }

  /** Whether {@link #standard} stands in for a standard function. */
  static boolean replaces(CelStandardOverload overload) {
    return STANDARD.values().stream().anyMatch(overloads -> overloads.contains(overload));
  }

  /** The library's standard functions. */
  static List<CelFunctionBinding> standard(CelOptions options) {
    RuntimeEquality equality = RuntimeEquality.create(RuntimeHelpers.create(), options);
    List<CelFunctionBinding> bindings = new ArrayList<>();
    STANDARD.forEach(
        (function, overloads) ->
            bindings.addAll(
                CelFunctionBinding.fromOverloads(
                    function,
                    overloads.stream()
                        .map(
                            overload ->
                                charged(
                                    overload.newFunctionBinding(options, equality),
                                    overload == AddOverload.ADD_LIST
                                        ? operands -> weight(operands[1])
                                        : Growth::allOf))
                        .toList())));
    return bindings;
  }

  private static long allOf(Object[] operands) {
    return Arrays.stream(operands).mapToLong(Growth::weight).sum();
  }

  /** The library's string extensions. */
  static CelRuntimeLibrary stringExtensions() {
    return runtime ->
        CelExtensions.strings()
            .setRuntimeOptions(
                (CelRuntimeBuilder)
                    Proxy.newProxyInstance(
                        Growth.class.getClassLoader(),
                        new Class<?>[] {CelRuntimeBuilder.class},
                        (builder, method, arguments) -> {
                          ((Iterable<?>) arguments[0])
                              .forEach(binding -> add(runtime, (CelFunctionBinding) binding));
                          return builder;
                        }));
  }

  private static void add(CelRuntimeBuilder runtime, CelFunctionBinding binding) {
    // A part of a text, or the text in other letters, is no longer than the text.
    ToLongFunction<Object[]> size =
        EXTENSIONS.getOrDefault(binding.getOverloadId(), operands -> weight(operands[0]));
    if (binding instanceof InternalCelFunctionBinding internal) {
      runtime.addFunctionBindings(
          CelFunctionBinding.fromOverloads(internal.getFunctionName(), charged(binding, size)));
    } else {
      runtime.addFunctionBindings(charged(binding, size));
    }
  }

  @SuppressWarnings("Immutable") // the functions of sizes hold nothing
  private static CelFunctionBinding charged(
      CelFunctionBinding binding, ToLongFunction<Object[]> size) {
    CelFunctionOverload function = binding.getDefinition();
    return CelFunctionBinding.from(
        binding.getOverloadId(),
        new ArrayList<>(binding.getArgTypes()),
        operands -> {
          charge(size.applyAsLong(operands));
          return function.apply(operands);
        });
  }

  /** Of a list without what its items hold, which was weighed when they were made. */
  private static long weight(Object value) {
    if (value instanceof String text) {
      return text.length();
    }
    if (value instanceof CelByteString bytes) {
      return bytes.size();
    }
    return value instanceof List<?> list ? ITEM * list.size() : 0;
  }

  private static long replaced(Object[] operands) {
    String text = (String) operands[0];
    String old = (String) operands[1];
    long limit = operands.length > 3 ? (long) operands[3] : -1;
    long found = occurrences(text, old);
    long replacements = limit < 0 ? found : Math.min(limit, found);
    return text.length()
        + replacements * Math.max(0, ((String) operands[2]).length() - old.length());
  }

  private static long split(Object[] operands) {
    String text = (String) operands[0];
    return text.length() + ITEM * (occurrences(text, (String) operands[1]) + 1);
  }

  private static long joined(Object[] operands) {
    List<?> texts = (List<?>) operands[0];
    long length = operands.length > 1 ? (long) texts.size() * ((String) operands[1]).length() : 0;
    for (Object text : texts) {
      length += weight(text);
    }
    return length;
  }

  /** How often a text is found, the empty one before and behind each character. */
  private static long occurrences(String text, String part) {
    if (part.isEmpty()) {
      return text.length() + 1L;
    }
    long found = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      found++;
    }
    return found;
  }
}
