/** Tests of the service that tells of episodes. */
@NullMarked
package io.leat.notifications;

import org.jspecify.annotations.NullMarked;
