/**
 * Who sends a request to a gateway ({@link io.leat.runtime.access.Principal}), how that is found
 * out ({@code Authenticator}, by {@link io.leat.runtime.access.ApiKeys}), what they may do ({@link
 * io.leat.runtime.access.Role}), over which protocol, and how refusals are worded ({@link
 * io.leat.runtime.access.JsonErrors}). Every gateway, HTTP or gRPC, asks {@link
 * io.leat.runtime.access.Access}; those whose requests wait for something let them in by a {@link
 * io.leat.runtime.access.RequestGate}.
 *
 * <p>Imports {@code runtime/settings} and {@code schemas} of Leat.
 */
@NullMarked
package io.leat.runtime.access;

import org.jspecify.annotations.NullMarked;
