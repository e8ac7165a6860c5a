package io.leat.runtime.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
  /** SHA-256 of "secret" (sha256sum). */
  static final String SECRET = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

  /** SHA-256 of "other". */
  private static final String OTHER =
      "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";

  @TempDir private Path folder;

  @Test
  void aKeyIsKnownByItsHash() throws IOException {
    ApiKeys keys =
        ApiKeys.read(
            file(
                "# who may send\n\nmill:%s\nmill:%s\n"
                    .formatted(OTHER, SECRET.toUpperCase(Locale.ROOT))));

    assertThat(keys.ownerOf("secret")).hasValue(new Principal("mill", Role.all()));
    assertThat(keys.ownerOf("other")).hasValue(new Principal("mill", Role.all()));
    assertThat(keys.ownerOf("Secret")).isEmpty();
    assertThat(keys.ownerOf("")).isEmpty();
    assertThat(keys.ownerOf(SECRET)).isEmpty();
  }

  @Test
  void aKeyHasTheRolesThatStandBehindIt() throws IOException {
    ApiKeys keys =
        ApiKeys.read(
            file("mill:%s:write-events\nshop:%s:read-features,operate\n".formatted(SECRET, OTHER)));

    assertThat(keys.ownerOf("secret")).hasValue(new Principal("mill", Set.of(Role.WRITE_EVENTS)));
    assertThat(keys.ownerOf("other"))
        .hasValue(new Principal("shop", Set.of(Role.READ_FEATURES, Role.OPERATE)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"write-event", "write-events,", "operate,,operate"})
  void aRoleThatIsNoneIsNamedWithThoseThatThereAre(String roles) throws IOException {
    Path file = file("mill:" + SECRET + ":" + roles);

    assertThatThrownBy(() -> ApiKeys.read(file))
        .isInstanceOf(LeatException.class)
        .hasMessageStartingWith(file + ":1 has a role that is none: '")
        .hasMessageContaining(
            "[write-events, read-features, score, read-models, write-models, operate]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mill", "mill:", "mill:secret", ":" + SECRET, SECRET, "a b:" + SECRET})
  void aWrongLineIsNamedAndNotQuoted(String line) throws IOException {
    Path file = file("ok:" + SECRET + "\n" + line + "\n");

    assertThatThrownBy(() -> ApiKeys.read(file))
        .isInstanceOf(LeatException.class)
        .hasMessageStartingWith(file + ":2 is no API key")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aFileWithoutKeysOrNoFileIsRefused() throws IOException {
    Path empty = file("# nobody\n");

    assertThatThrownBy(() -> ApiKeys.read(empty)).hasMessageContaining("holds no API key");
    assertThatThrownBy(() -> ApiKeys.read(folder.resolve("nothing")))
        .hasMessageContaining("cannot be read (NoSuchFileException)");
  }

  @Test
  void aFileThatOthersCanReadIsRefused() throws IOException {
    Path file = file("mill:" + SECRET);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThatThrownBy(() -> ApiKeys.read(file))
        .isInstanceOf(LeatException.class)
        .hasMessageEndingWith("run: chmod 600 " + file);
  }

  private Path file(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
