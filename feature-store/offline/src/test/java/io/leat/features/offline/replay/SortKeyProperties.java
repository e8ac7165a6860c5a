package io.leat.features.offline.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SortKeyProperties {
  @Property
  void textsHaveTheOrderOfTheirNumbers(@ForAll long one, @ForAll long other) {
    assertThat(Integer.signum(SortKey.number(one).compareTo(SortKey.number(other))))
        .isEqualTo(Long.compare(one, other));
  }

  @Property
  void textsOfSmallNumbersHaveTheirOrder(
      @ForAll @IntRange(max = SortKey.LARGEST_SMALL) int one,
      @ForAll @IntRange(max = SortKey.LARGEST_SMALL) int other) {
    assertThat(Integer.signum(SortKey.small(one).compareTo(SortKey.small(other))))
        .isEqualTo(Integer.compare(one, other));
  }

  @Property
  void everyCharacterHasSevenBits(@ForAll long number, @ForAll String key) {
    assertThat((SortKey.number(number) + SortKey.bucket(key)).chars()).allMatch(c -> c < 128);
  }

  @Property
  void aBucketIsReadBackAndOneKeyHasOne(@ForAll String key, @ForAll long number) {
    String bucket = SortKey.bucket(key);
    String order = bucket + SortKey.number(number);

    assertThat(SortKey.bucket(key)).isEqualTo(bucket);
    assertThat(SortKey.small(SortKey.bucketOf(order))).isEqualTo(bucket);
    assertThat(SortKey.behindBucket(order)).isEqualTo(SortKey.number(number));
  }

  @Example
  void theBucketsOfLikeKeysAreSpread() {
    int[] tasks = new int[8];
    for (int i = 0; i < 80_000; i++) {
      tasks[SortKey.bucketOf(SortKey.bucket("customer-" + i)) % tasks.length]++;
    }
    assertThat(Arrays.stream(tasks)).allMatch(keys -> keys > 8_000 && keys < 12_000);
  }

  @Example
  void whatFitsIntoNoSmallTextIsRefused() {
    assertThatThrownBy(() -> SortKey.small(-1)).hasMessageContaining("-1 does not lie between 0");
    assertThatThrownBy(() -> SortKey.small(SortKey.LARGEST_SMALL + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
