package io.leat.runtime.flink;

/**
 * A record that a job could not read.
 *
 * @param record the record, untouched
 * @param reason reason code: lower-case words joined by underscores
 * @param message one sentence for a person: what was found and what was expected
 */
public record BadRecord(KafkaRecord record, String reason, String message) {}
