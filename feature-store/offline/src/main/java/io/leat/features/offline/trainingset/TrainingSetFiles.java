package io.leat.features.offline.trainingset;

/** The files of a training set. */
final class TrainingSetFiles {
  static final String TRAIN = "train.parquet";
  static final String VALIDATION = "validation.parquet";
  static final String TEST = "test.parquet";
  static final String LINEAGE = "lineage.json";

  private TrainingSetFiles() {}
}
