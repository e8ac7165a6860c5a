/** Why an event may be refused: the closed list of reason codes. Imports nothing of Leat. */
@NullMarked
package io.leat.ingestion.refusal;

import org.jspecify.annotations.NullMarked;
