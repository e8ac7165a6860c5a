/**
 * The catalogue of the services that make up the platform: {@link io.leat.platform.Services} has a
 * line for each. {@code leat up} starts them by it, the board names them by it, and {@code
 * docker-compose.yml} and the table of {@code docs/architecture.md} are made of it.
 *
 * <p>Imports {@code pipeline} and {@code schemas}. Names the services' classes as text: it knows no
 * service, and no engine.
 */
@NullMarked
package io.leat.platform;

import org.jspecify.annotations.NullMarked;
