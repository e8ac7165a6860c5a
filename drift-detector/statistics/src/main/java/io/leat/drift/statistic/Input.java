package io.leat.drift.statistic;

/** What of a {@link Sample} a statistic looks at, and so what counts as its size. */
public enum Input {
  /**
   * The distribution functions: how many values lie below and at each point. Numbers alone have
   * them. Nulls are passed over.
   */
  DISTRIBUTION {
    @Override
    public long size(Sample sample) {
      return sample.values();
    }
  },

  /** The counts by bucket. Nulls have a bucket of their own; what is not known is passed over. */
  BUCKETS {
    @Override
    public long size(Sample sample) {
      return sample.counted();
    }
  },

  /** The mean of embeddings. Nulls are passed over. */
  MEANS {
    @Override
    public long size(Sample sample) {
      return sample.values();
    }
  };

  /** How much of a sample there is to look at. */
  public abstract long size(Sample sample);
}
