package io.leat.common;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of docs/reference/errors.md is the list of codes. */
class ErrorsPageTest {
  @Test
  void thePageListsEveryCodeAndNoOther() throws IOException {
    Path page = Path.of(System.getProperty("leat.project"), "docs/reference/errors.md");
    List<String> rows =
        Files.readAllLines(page, UTF_8).stream().filter(line -> line.startsWith("| `")).toList();

    assertThat(rows)
        .as("the rows of %s; expected:%n%s", page, String.join("\n", expected()))
        .isEqualTo(expected());
  }

  private static List<String> expected() {
    return Arrays.stream(ErrorCode.values())
        .map(code -> "| `%s` | %s | %s |".formatted(code, code.found(), code.remedy()))
        .collect(Collectors.toList());
  }
}
