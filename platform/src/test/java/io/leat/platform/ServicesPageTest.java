package io.leat.platform;

import io.leat.testing.MadeText;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of services in docs/architecture.md is the catalogue. */
class ServicesPageTest {
  private static final MadeText TABLE =
      new MadeText(
          "docs/architecture.md",
          "<!-- made from io.leat.platform.Services -->",
          "<!-- end of what is made -->");

  @Test
  void thePageListsEveryServiceOfTheCatalogue() throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            | service | runs on | class | ports | when there are | reads | writes |
            |---|---|---|---|---|---|---|
            """);
    for (Service service : Services.ALL) {
      text.append(
          "| `%s` | %s | `%s` | %s | %s | %s | %s |%n"
              .formatted(
                  service.name(),
                  service.kind().words(),
                  service.main(),
                  service.ports().stream()
                      .map(port -> String.valueOf(port.number()))
                      .collect(Collectors.joining(", ")),
                  service.when().words(),
                  words(service.reads()),
                  words(service.writes())));
    }
    TABLE.check(text.toString());
  }

  private static String words(List<Data> data) {
    return data.isEmpty() ? "-" : data.stream().map(Data::words).collect(Collectors.joining(", "));
  }
}
