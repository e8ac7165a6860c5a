/**
 * What the HTTP endpoints of services share: who may come in ({@link io.leat.runtime.http.Access},
 * with {@link io.leat.runtime.http.ApiKeys}), over which protocol, and how refusals are worded
 * ({@link io.leat.runtime.http.JsonErrors}).
 *
 * <p>Imports nothing of Leat.
 */
@NullMarked
package io.leat.runtime.http;

import org.jspecify.annotations.NullMarked;
