package io.leat.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.records.FeatureVector;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever bytes come: the codec answers with a record or a clear refusal, and goes on. */
class AvroCodecProperties {
  private static final RegistryClient REGISTRY = new RegistryClient("mock://codec-properties");
  private static final FeatureVector VECTOR = Samples.featureVector();

  private final int id = REGISTRY.register("vectors-value", FeatureVector.getClassSchema());
  private final AvroCodec codec = new AvroCodec(REGISTRY);
  private final byte[] good = codec.encode(id, VECTOR);

  @Property
  void everyPrefixOfAValueIsRefused(@ForAll @IntRange(max = 1_000) int cut) {
    byte[] prefix = Arrays.copyOf(good, cut % good.length);

    assertThatThrownBy(() -> codec.decode(prefix, FeatureVector.class))
        .isInstanceOf(MalformedValueException.class);
    assertThat(codec.decode(good, FeatureVector.class)).isEqualTo(VECTOR);
  }

  @Property
  void everyContinuationOfAValueIsRefused(@ForAll @Size(min = 1, max = 50) byte[] more) {
    byte[] longer = Arrays.copyOf(good, good.length + more.length);
    System.arraycopy(more, 0, longer, good.length, more.length);

    assertThatThrownBy(() -> codec.decode(longer, FeatureVector.class))
        .isInstanceOfSatisfying(
            MalformedValueException.class,
            e -> assertThat(e.kind()).isEqualTo(MalformedValueException.Kind.TRAILING_BYTES));
    assertThat(codec.decode(good, FeatureVector.class)).isEqualTo(VECTOR);
  }

  @Property
  void damagedValueIsReadOrRefused(@ForAll @IntRange(max = 1_000) int at, @ForAll byte damage) {
    byte[] damaged = good.clone();
    damaged[5 + at % (good.length - 5)] = damage;

    readOrRefuse(damaged);

    assertThat(codec.decode(good, FeatureVector.class)).isEqualTo(VECTOR);
  }

  @Property
  void noiseIsReadOrRefused(@ForAll @Size(max = 200) byte[] noise) {
    byte[] framed = Arrays.copyOf(good, 5 + noise.length);
    System.arraycopy(noise, 0, framed, 5, noise.length);

    readOrRefuse(framed);
    readOrRefuse(noise);

    assertThat(codec.decode(good, FeatureVector.class)).isEqualTo(VECTOR);
  }

  /** Anything but a record or a {@link MalformedValueException} fails the property. */
  private void readOrRefuse(byte[] value) {
    try {
      assertThat(codec.decode(value, FeatureVector.class).getSchema())
          .isEqualTo(FeatureVector.getClassSchema());
    } catch (MalformedValueException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }
}
