/**
 * Changes of what the platform holds for all: definitions, promotions, models. {@link
 * io.leat.schemas.audit.ChangeLog} makes one at a time, however many want to: who changes sees what
 * those before it wrote, and its records and the audit's event are one transaction. The events are
 * chained by their hashes, and {@link io.leat.schemas.audit.AuditChain} finds what was changed or
 * taken out afterwards. {@link io.leat.schemas.audit.AuditLog} reads the topic {@code audit}.
 *
 * <p>Imports {@code io.leat.schemas}, {@code io.leat.schemas.topic} and the records.
 */
@NullMarked
package io.leat.schemas.audit;

import org.jspecify.annotations.NullMarked;
