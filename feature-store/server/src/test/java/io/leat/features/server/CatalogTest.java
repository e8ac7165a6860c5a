package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.features.online.Shop;
import io.leat.features.server.OnlineRequest.Names;
import io.leat.features.server.ReadPlan.Planned;
import io.leat.features.server.RequestException.Kind;
import io.leat.pipeline.definition.FeatureInputs;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.expression.Expression;
import io.leat.schemas.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spending has the versions 1 and 3, declared the later one first; the service means the first. */
class CatalogTest {
  private static final FeatureView THIRD =
      new FeatureView(
              Shop.SPENDING.name(),
              3,
              Shop.CUSTOMER,
              "payments",
              Shop.SPENDING.windowLengths(),
              Shop.SPENDING.resolution(),
              Shop.SPENDING.offset(),
              Shop.SPENDING.grace(),
              List.of(Shop.count("payments"), Shop.sum("sum", "amount")))
          .with(
              List.of(
                  new DerivedFeature(
                      "spending.mean",
                      new Expression("spending.sum_1h / spending.payments_1h", "test", 1),
                      new FeatureInputs(
                          List.of(),
                          List.of(
                              new ViewFeature(new ViewId("spending", 3), "payments_1h"),
                              new ViewFeature(new ViewId("spending", 3), "sum_1h"))),
                      ValueType.DOUBLE)));

  private static final FeatureService SPENDER =
      new FeatureService("spender", 1, "payments", Shop.SPENDER.features(), Optional.empty(), "00");

  private final Catalog catalog = new Catalog(pipeline());

  @ParameterizedTest
  @CsvSource({
    // reference, promoted, version that is read, name of its column
    "spending:payments_1h, , 1, spending__payments_1h",
    "spending@latest:payments_1h, , 1, spending__payments_1h",
    "spending@v1:payments_1h, , 1, spending@v1__payments_1h",
    "spending@v3:payments_1h, , 3, spending@v3__payments_1h",
    "spending@V03:payments_1h, , 3, spending@v3__payments_1h",
    "spending:payments_1h, 3, 3, spending__payments_1h",
    "spending@latest:payments_1h, 3, 3, spending__payments_1h",
    "spending@v1:payments_1h, 3, 1, spending@v1__payments_1h",
    "spending:payments_1h, 1, 1, spending__payments_1h",
    "spending:mean, 3, 3, spending__mean",
    "spending@v3:mean, , 3, spending@v3__mean",
    "spending:payments_1h, 2, 1, spending__payments_1h", // promoted, and gone from the folder
    "takings:payments_1h, 3, 1, takings__payments_1h",
  })
  void aNameAloneMeansThePromotedVersionElseTheLowest(
      String reference, @Nullable Integer promoted, int version, String column)
      throws RequestException {
    if (promoted != null) {
      catalog.promote(Map.of("spending", promoted));
    }

    ReadPlan plan = catalog.plan(names(reference));

    assertThat(plan.views()).singleElement().returns(version, ServedView::version);
    assertThat(plan.names()).containsExactly(column);
  }

  @Test
  void aPromotionHoldsForTheNextRequestOfTheSameNamesAndIsTakenBackLikewise()
      throws RequestException {
    assertThat(versionOf("spending:payments_1h")).isEqualTo(1);

    catalog.promote(Map.of("spending", 3));
    assertThat(versionOf("spending:payments_1h")).isEqualTo(3);

    catalog.promote(Map.of());
    assertThat(versionOf("spending:payments_1h")).isEqualTo(1);
  }

  @Test
  void aServiceMeansTheVersionThatItSaysWhateverIsPromoted() throws RequestException {
    catalog.promote(Map.of("spending", 3));

    ReadPlan plan = catalog.plan(new Names(List.of(), Optional.of("spender"), true));

    assertThat(plan.views()).singleElement().returns(1, ServedView::version);
  }

  @Test
  void whatAVersionDerivesIsMadeOfThatVersionsValuesThoughBothAreRead() throws RequestException {
    ReadPlan plan = catalog.plan(names("spending@v1:payments_1h", "spending@v3:mean"));

    assertThat(plan.views()).extracting(ServedView::version).containsExactly(1, 3);
    assertThat(plan.made())
        .singleElement()
        .satisfies(
            made ->
                assertThat(made.views())
                    .singleElement()
                    .returns("spending", ServedView::name)
                    .returns(3, ServedView::version));
    assertThat(plan.columns()).extracting(Planned::isMade).containsExactly(false, true);
  }

  @Test
  void bothVersionsCanBeReadByOneRequest() throws RequestException {
    ReadPlan plan = catalog.plan(names("spending@v1:payments_1h", "spending@v3:payments_1h"));

    assertThat(plan.views()).extracting(ServedView::version).containsExactly(1, 3);
    assertThat(plan.names())
        .containsExactlyInAnyOrder("spending@v1__payments_1h", "spending@v3__payments_1h");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spending@v2:payments_1h | NO_VERSION | There is no version 2 of view spending; the pipeline shop serves versions 1, 3.",
        "takings@v2:payments_1h | NO_VERSION | There is no version 2 of view takings; the pipeline shop serves version 1.",
        "profits@v2:payments_1h | NO_VIEW | There is no feature view profits; the pipeline shop has spending, takings.",
        "spending@v3:total_1h | NO_FEATURE | There is no feature total_1h in view spending, version 3; it has payments_1h, sum_1h, mean.",
        "spending:mean | NO_FEATURE | There is no feature mean in view spending, version 1; it has payments_1h, total_1h.",
        "spending@3:sum_1h | SENSELESS | 'spending@3:sum_1h' is no feature reference; expected view:feature or view@v2:feature.",
      })
  void whatIsNotThereIsNamed(String reference, Kind kind, String message) {
    RequestException refused =
        catchThrowableOfType(RequestException.class, () -> catalog.plan(names(reference)));

    assertThat(refused.kind()).isEqualTo(kind);
    assertThat(refused).hasMessage(message);
  }

  private int versionOf(String reference) throws RequestException {
    return catalog.plan(names(reference)).views().get(0).version();
  }

  private static Names names(String... references) {
    return new Names(List.of(references), Optional.empty(), true);
  }

  private static Pipeline pipeline() {
    return Shop.pipeline(
        List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 2)),
        List.of(THIRD, Shop.SPENDING, Shop.TAKINGS),
        List.of(SPENDER));
  }
}
