package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No digit is lost in silence, and no number costs more than its digits. */
class DecimalsProperties {

  @Property
  void whatADoubleWritesItReads(@ForAll long bits) {
    double number = Double.longBitsToDouble(bits);
    Assume.that(Double.isFinite(number));

    assertThat(Decimals.toDouble(Decimals.parse(Double.toString(number)))).isEqualTo(number + 0.0);
    assertThat(Decimals.toDouble(new BigDecimal(number).round(new MathContext(17))))
        .as("with 17 digits, as C writes it")
        .isEqualTo(number + 0.0);
  }

  @Property
  void whatAFloatWritesItReads(@ForAll int bits) {
    float number = Float.intBitsToFloat(bits);
    Assume.that(Float.isFinite(number));

    assertThat(Decimals.toFloat(Decimals.parse(Float.toString(number)))).isEqualTo(number + 0.0f);
    assertThat(Decimals.toFloat(Decimals.parse(Double.toString(number))))
        .as("widened to a double, as most JSON writers do")
        .isEqualTo(number + 0.0f);
  }

  @Property
  void aNumberThatIsTakenKeepsEveryDigit(@ForAll @Scale(25) BigDecimal number) {
    double taken;
    try {
      taken = Decimals.toDouble(number);
    } catch (ArithmeticException e) {
      assertThat(number.stripTrailingZeros().precision()).isGreaterThan(15);
      return;
    }
    BigDecimal shortest = number.stripTrailingZeros();
    assertThat(new BigDecimal(taken).setScale(shortest.scale(), java.math.RoundingMode.HALF_EVEN))
        .isEqualByComparingTo(number);
  }

  @Property
  void aLongIsADoubleOnlyIfItIsTheSame(@ForAll long number) {
    boolean taken;
    try {
      taken = Decimals.toDouble(BigDecimal.valueOf(number)) == number;
    } catch (ArithmeticException e) {
      assertThat((double) number).isNotEqualTo(0);
      assertThat(new BigDecimal((double) number))
          .isNotEqualByComparingTo(BigDecimal.valueOf(number));
      return;
    }
    assertThat(taken).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9007199254740993",
        "1e-400",
        "1e400",
        "-1e400",
        "0.1234567890123456789",
        "1.00000000000000001",
        "0.12345678901234567",
        "3e-324"
      })
  void noDoubleIs(String number) {
    BigDecimal decimal = Decimals.parse(number);

    assertThatThrownBy(() -> Decimals.toDouble(decimal)).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1234567.891", "16777217", "1e39", "1e-50", "0.123456789"})
  void noFloatIs(String number) {
    BigDecimal decimal = Decimals.parse(number);

    assertThatThrownBy(() -> Decimals.toFloat(decimal)).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1", "1e23", "9007199254740992", "4.9e-324", "1.7976931348623157e308"})
  void aDoubleIs(String number) {
    assertThat(Decimals.toDouble(Decimals.parse(number))).isEqualTo(Double.parseDouble(number));
  }

  @Test
  void zeroIsZeroWhateverItsExponent() {
    assertThat(Decimals.toLong(new BigDecimal("0e400000000"))).isZero();
    assertThat(Decimals.toDecimal(new BigDecimal("0e-400000000"), 9, 2))
        .isEqualByComparingTo(BigDecimal.ZERO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e400000000",
        "1e-400000000",
        "1e20000000",
        "-9e2147483647",
        "1e1001",
        "1e-2147483647"
      })
  @Timeout(5)
  void aNumberBeyondTheBoundsIsRefusedAtOnce(String number) {
    BigDecimal decimal = new BigDecimal(number);

    assertThatThrownBy(() -> Decimals.parse(number)).isInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> Decimals.toLong(decimal)).isInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> Decimals.toInt(decimal)).isInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> Decimals.toDouble(decimal)).isInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> Decimals.toFloat(decimal)).isInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> Decimals.toDecimal(decimal, 9, 2))
        .isInstanceOf(NumberFormatException.class);
  }

  @Test
  @Timeout(5)
  void digitsWithoutEndAreRefusedBeforeTheyAreCounted() {
    BigDecimal huge = new BigDecimal(BigInteger.ONE.shiftLeft(100_000_000));

    assertThatThrownBy(() -> Decimals.bounded(huge)).isInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> Decimals.toDecimal(BigDecimal.ONE, 9, 400_000_000))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Decimals.parse("1".repeat(1_001)))
        .isInstanceOf(NumberFormatException.class)
        .hasMessageContaining("1001 characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1 ", "0x10", "NaN", "١٢", "--1"})
  void whatIsNoNumberIsNone(String text) {
    assertThatThrownBy(() -> Decimals.parse(text)).isInstanceOf(NumberFormatException.class);
  }
}
