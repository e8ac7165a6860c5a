package io.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The containers run what the distribution was built with: the root pom says which versions. */
class ImageVersionsTest {
  @ParameterizedTest
  @CsvSource({
    "docker-compose.yml, image: apache/kafka:, '', kafka.version",
    "docker-compose.yml, image: apicurio/apicurio-registry:, '', apicurio.version",
    "docker/flink.Dockerfile, FROM flink:, -java17, flink.version",
  })
  void anImageHasTheVersionOfTheLibrary(String file, String image, String flavour, String property)
      throws IOException {
    String version = only(read("pom.xml"), "<%1$s>(.+)</%1$s>".formatted(property));

    assertThat(only(read(file), Pattern.quote(image) + "(\\S+)")).isEqualTo(version + flavour);
  }

  private static String read(String file) throws IOException {
    return Files.readString(Path.of(System.getProperty("leat.project")).resolve(file));
  }

  private static String only(String text, String pattern) {
    List<String> found =
        Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
    assertThat(found).as(pattern).hasSize(1);
    return found.get(0);
  }
}
