package io.leat.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.cli.CommandRun;
import io.leat.drift.FeatureReference;
import io.leat.drift.ProfileDifference;
import io.leat.drift.ReferenceProfile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles by themselves, on those of the examples. */
class ProfileCommandTest {
  private static final Path EXAMPLES = Path.of(System.getProperty("leat.project"), "examples");
  private static final Path PRICE =
      EXAMPLES.resolve("electricity/models/price/reference-profile.json");
  private static final Path FRAUD =
      EXAMPLES.resolve("card-payments/models/fraud/reference-profile.json");

  @TempDir private Path folder = Path.of(".");

  @Test
  void showPrintsEachColumnAndMonitor() {
    CommandRun run = CommandRun.of("profile", "show", PRICE.toString());
    ReferenceProfile profile = ReferenceProfile.read(PRICE);

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("model price, ", "monitor price: ", profile.fingerprint())
        .contains(profile.features().stream().map(FeatureReference::name).toList());
  }

  @Test
  void aProfileIsNoDistanceFromItself() {
    CommandRun run = CommandRun.of("profile", "diff", PRICE.toString(), PRICE.toString());
    ReferenceProfile profile = ReferenceProfile.read(PRICE);

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("ks 0.000", "js_base2 0.000");
    assertThat(ProfileDifference.of(profile, profile))
        .hasSameSizeAs(profile.features())
        .allSatisfy(
            one ->
                assertThat(one.values().values())
                    .isNotEmpty()
                    .allSatisfy(value -> assertThat(value).isLessThan(1e-9)));
  }

  @Test
  void whatOnlyOneOfTheProfilesHasIsSaid() {
    CommandRun run = CommandRun.of("profile", "diff", PRICE.toString(), FRAUD.toString());

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("not in the first", "not in the second");
  }

  @Test
  void aMergedProfileHasTheRowsOfBothAndNoThreshold() {
    Path merged = folder.resolve("merged.json");

    CommandRun run =
        CommandRun.of(
            "profile", "merge", PRICE.toString(), PRICE.toString(), "-o", merged.toString());
    ReferenceProfile twice = ReferenceProfile.read(merged);

    assertThat(run.code()).as(run.out()).isZero();
    assertThat(twice.rows()).isEqualTo(2 * ReferenceProfile.read(PRICE).rows());
    assertThat(twice.monitors()).isEmpty();
    assertThat(ProfileDifference.of(ReferenceProfile.read(PRICE), twice))
        .allSatisfy(
            one ->
                assertThat(one.values().values())
                    .allSatisfy(value -> assertThat(value).isLessThan(1e-9)));
  }

  @Test
  void profilesOfTwoModelsAreNotMerged() {
    CommandRun run =
        CommandRun.of(
            "profile",
            "merge",
            PRICE.toString(),
            FRAUD.toString(),
            "-o",
            folder.resolve("merged.json").toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("expected two of one model");
  }

  @Test
  void whatIsNoProfileIsSaidToBeNone() {
    CommandRun run = CommandRun.of("profile", "show", folder.resolve("absent.json").toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("There is no reference profile at");
  }
}
