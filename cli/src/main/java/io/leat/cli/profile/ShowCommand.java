package io.leat.cli.profile;

import io.leat.drift.CalibratedMonitor;
import io.leat.drift.Categories;
import io.leat.drift.CategoryReference;
import io.leat.drift.Distribution;
import io.leat.drift.FeatureReference;
import io.leat.drift.NumberReference;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.Threshold;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a profile. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description =
        "Prints what a profile says: of each column its nulls and its quartiles or most frequent"
            + " categories, of each monitor what its thresholds are for.")
public final class ShowCommand implements Callable<Integer> {
  private static final int CATEGORIES_SHOWN = 5;

  @Parameters(paramLabel = "FILE", description = "The profile: reference-profile.json of a model.")
  private Path file = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ReferenceProfile profile = Profiles.read(file);
    PrintWriter out = spec.commandLine().getOut();
    out.println(Profiles.headline(profile));
    out.println("column                                     values      nulls  like");
    profile.features().forEach(one -> print(one, out));
    profile.outputs().forEach(one -> print(one, out));
    for (CalibratedMonitor monitor : profile.monitors()) {
      long streams = monitor.thresholds().stream().map(Threshold::stream).distinct().count();
      out.printf(
          Locale.ROOT,
          "monitor %s: %,d thresholds of %,d streams, %,d of these of segments; %,d not calibrated%n",
          monitor.settings().monitor(),
          monitor.thresholds().size(),
          streams,
          monitor.segments().size(),
          monitor.thresholds().stream().filter(one -> !one.calibrated()).count());
    }
    out.flush();
    return 0;
  }

  private static void print(FeatureReference one, PrintWriter out) {
    out.printf(
        Locale.ROOT, "%-36s %,12d %,10d  %s%n", one.name(), one.count(), one.nulls(), like(one));
  }

  private static String like(FeatureReference one) {
    if (one instanceof NumberReference numbers) {
      Distribution distribution = numbers.distribution();
      List<String> quartiles = new ArrayList<>();
      for (int quarter = 0; quarter <= 4; quarter++) {
        distribution
            .quantile(quarter / 4.0)
            .ifPresent(value -> quartiles.add(String.format(Locale.ROOT, "%.4g", value)));
      }
      return String.join(" ", quartiles);
    }
    if (!(one instanceof CategoryReference category)) {
      return "";
    }
    Categories categories = category.categories();
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < Math.min(CATEGORIES_SHOWN, categories.names().size()); i++) {
      shown.add(share(categories.names().get(i), categories.counts().get(i), categories));
    }
    if (categories.names().size() > CATEGORIES_SHOWN) {
      shown.add("and %,d more".formatted(categories.names().size() - CATEGORIES_SHOWN));
    }
    if (categories.other() > 0) {
      shown.add(share("others", categories.other(), categories));
    }
    return String.join(", ", shown);
  }

  private static String share(String name, long count, Categories of) {
    return String.format(Locale.ROOT, "%s %.1f%%", name, 100.0 * count / of.count());
  }
}
