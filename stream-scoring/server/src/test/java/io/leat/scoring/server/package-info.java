@NullMarked
package io.leat.scoring.server;

import org.jspecify.annotations.NullMarked;
