package io.leat.retraining;

/** A value on its way to a topic. */
record Output(String topic, byte[] value) {}
