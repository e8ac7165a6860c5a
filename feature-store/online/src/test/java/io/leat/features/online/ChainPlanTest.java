package io.leat.features.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.online.ChainPlan.Stage;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChainPlanTest {
  private static final Contract BY_CUSTOMER =
      Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 4);
  private static final Contract BY_TERMINAL =
      Shop.contract("payments", Shop.PAYMENT, Optional.of("terminal_id"), 4);
  private static final Contract BY_NOTHING =
      Shop.contract("payments", Shop.PAYMENT, Optional.empty(), 4);
  private static final Contract LOGINS =
      Shop.contract("logins", Shop.LOGIN, Optional.of("customer_id"), 2);
  private static final Contract MANY_LOGINS =
      Shop.contract("logins", Shop.LOGIN, Optional.of("customer_id"), 12);

  static Stream<Arguments> plans() {
    return Stream.of(
        plan(
            "the entity that the event is keyed by comes first",
            List.of(BY_CUSTOMER),
            List.of(Shop.TAKINGS, Shop.SPENDING),
            List.of(),
            "payments/4: customer[spending|]() terminal[takings|]()"),
        plan(
            "whichever that is",
            List.of(BY_TERMINAL),
            List.of(Shop.TAKINGS, Shop.SPENDING),
            List.of(),
            "payments/4: terminal[takings|]() customer[spending|]()"),
        plan(
            "without a key, the entity that a vector waits for comes first",
            List.of(BY_NOTHING),
            List.of(Shop.TAKINGS, Shop.SPENDING),
            List.of(Shop.SPENDER),
            "payments/4: customer[spending|spending](spender) terminal[takings|]()"),
        plan(
            "each vector is made behind the last entity that it needs",
            List.of(BY_CUSTOMER, LOGINS),
            List.of(Shop.SPENDING, Shop.TAKINGS, Shop.LOGINS),
            List.of(Shop.FRAUD, Shop.SPENDER),
            "payments/4: customer[spending|spending,logins](spender) terminal[takings|takings](fraud)",
            "logins/4: customer[logins|]()"),
        plan(
            "a vector of the event alone is made at once",
            List.of(BY_CUSTOMER),
            List.of(Shop.SPENDING),
            List.of(Shop.BARE, Shop.SPENDER),
            "payments/4 at once bare: customer[spending|spending](spender)"),
        plan(
            "streams that meet in a store spread keys over the larger number of partitions",
            List.of(BY_CUSTOMER, MANY_LOGINS),
            List.of(Shop.SPENDING, Shop.LOGINS, Shop.TAKINGS),
            List.of(Shop.FRAUD),
            "payments/12: customer[spending|spending,logins]() terminal[takings|takings](fraud)",
            "logins/12: customer[logins|]()"),
        plan(
            "streams that do not meet keep their own",
            List.of(BY_CUSTOMER, MANY_LOGINS),
            List.of(Shop.SPENDING, Shop.LOGINS),
            List.of(Shop.SPENDER),
            "payments/4: customer[spending|spending](spender)",
            "logins/12: customer[logins|]()"),
        plan(
            "an event that no view and no service needs has no chain",
            List.of(BY_CUSTOMER, LOGINS),
            List.of(Shop.LOGINS),
            List.of(),
            "logins/2: customer[logins|]()"));
  }

  private static Arguments plan(
      String name,
      List<Contract> contracts,
      List<FeatureView> views,
      List<FeatureService> services,
      String... expected) {
    return Arguments.of(name, Shop.pipeline(contracts, views, services), List.of(expected));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("plans")
  void planIs(String name, Pipeline pipeline, List<String> expected) {
    List<ChainPlan> plans = ChainPlan.of(pipeline);

    assertThat(plans).as(name).map(ChainPlanTest::text).isEqualTo(expected);
  }

  /** {@code event/partitions at once services: entity[updates|evaluates](completes) ...}. */
  private static String text(ChainPlan plan) {
    String immediate = plan.immediate().isEmpty() ? "" : " at once " + services(plan.immediate());
    return plan.contract().event()
        + "/"
        + plan.partitions()
        + immediate
        + ": "
        + plan.stages().stream().map(ChainPlanTest::text).collect(Collectors.joining(" "));
  }

  private static String text(Stage stage) {
    return "%s[%s|%s](%s)"
        .formatted(
            stage.entity().name(),
            views(stage.updates()),
            views(stage.evaluates()),
            services(stage.completes()));
  }

  private static String views(List<FeatureView> views) {
    return views.stream().map(FeatureView::name).collect(Collectors.joining(","));
  }

  private static String services(List<FeatureService> services) {
    return services.stream().map(FeatureService::name).collect(Collectors.joining(","));
  }
}
