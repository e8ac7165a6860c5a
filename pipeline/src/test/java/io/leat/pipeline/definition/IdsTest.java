package io.leat.pipeline.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.pipeline.definition.FeatureService.ViewFeature;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "``, 1, view ''; expected a name that is not blank and holds no @",
        "`  `, 1, view '  '; expected a name that is not blank and holds no @",
        "usage@1, 1, view 'usage@1'; expected a name that is not blank and holds no @",
        "usage, 0, view usage has version 0; expected 1 or more",
        "usage, -1, view usage has version -1; expected 1 or more",
      })
  void nonsenseIsRefused(String name, int version, String problem) {
    assertThatThrownBy(() -> new ViewId(name, version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem);
    assertThatThrownBy(() -> new ServiceId(name, version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem.replaceFirst("view", "feature service"));
  }

  @Test
  void aTextIsReadAsItIsWritten() {
    assertThat(new ViewId("usage", 12)).hasToString("usage@12");
    assertThat(ViewId.parse("usage@12")).contains(new ViewId("usage", 12));
    assertThat(new ServiceId("fraud", 3)).hasToString("fraud@3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "usage",
        "usage@",
        "@1",
        " @1",
        "usage@0",
        "usage@01",
        "usage@v1",
        "usage@1@2"
      })
  void aTextThatNamesNoVersionIsNone(String text) {
    assertThat(ViewId.parse(text)).isEmpty();
  }

  @Test
  void versionsAreOrderedAsNumbers() {
    assertThat(
            Stream.of(new ViewId("b", 1), new ViewId("a", 10), new ViewId("a", 9))
                .sorted()
                .map(ViewId::toString))
        .containsExactly("a@9", "a@10", "b@1");
  }

  @Test
  void inputsAreInOneOrderWhateverTheyWereFoundIn() {
    ViewFeature total = new ViewFeature(new ViewId("spending", 2), "total_1d");
    ViewFeature count = new ViewFeature(new ViewId("spending", 2), "count_1d");

    FeatureInputs inputs =
        new FeatureInputs(
            List.of("shop.street", "amount", "shop.city"), List.of(total, count, total));

    assertThat(inputs)
        .isEqualTo(
            new FeatureInputs(
                List.of("amount", "shop.city", "shop.street"), List.of(count, total)));
    assertThat(inputs.topFields()).containsExactly("amount", "shop");
  }
}
