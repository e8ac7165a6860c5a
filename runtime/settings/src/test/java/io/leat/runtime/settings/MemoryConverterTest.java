package io.leat.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class MemoryConverterTest {
  @ParameterizedTest
  @CsvSource({"256MB, 268435456", "2gb, 2147483648", "' 65536KB ', 67108864"})
  void amountsAreInPowersOfTwo(String text, long bytes) {
    assertThat(new MemoryConverter().convert(text)).isEqualTo(new MemorySize(bytes));
  }

  @ParameterizedTest
  @CsvSource({"256", "MB", "-1MB", "1.5GB", "1TB"})
  void whatIsNoAmountIsRefused(String text) {
    assertThatThrownBy(() -> new MemoryConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "' is no amount of memory");
  }
}
