/**
 * The conditions that events meet: a contract's own rules, and those in Confluent's form, which may
 * change values too. An event enters, findings leave. May import pipeline.
 */
@NullMarked
package io.leat.ingestion.rules;

import org.jspecify.annotations.NullMarked;
