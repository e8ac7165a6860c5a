package io.leat.runtime.settings;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What {@code leat verify-consistency} takes. */
public final class ConsistencyOptions extends ReplayOptions {
  private static final Pattern SAMPLE = Pattern.compile("1/([1-9]\\d{0,8})");

  @Option(
      names = "--sample",
      paramLabel = "1/N",
      defaultValue = "1/1",
      description =
          "Only vectors of every Nth key of the service's first entity, chosen by the key's hash."
              + " Default: all.")
  private String sample = "1/1";

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  /**
   * N of {@code --sample 1/N}.
   *
   * @throws LeatException with one sentence if it is something else
   */
  public int sampleOneIn() {
    Matcher matcher = SAMPLE.matcher(sample);
    if (!matcher.matches()) {
      throw new LeatException(
          ErrorCode.SETTING,
          "--sample is '%s'; expected 1/N with a whole number N, as in 1/10".formatted(sample));
    }
    return Integer.parseInt(matcher.group(1));
  }

  public boolean json() {
    return json;
  }
}
