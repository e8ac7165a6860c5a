package io.leat.retraining.policy;

/** A value on its way to a topic. */
record Output(String topic, byte[] value) {}
