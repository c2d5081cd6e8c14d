// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What only Jetty's core tells and does, by reflection, because nothing here may depend on Jetty. Jetty 12 calls no
 * {@code AsyncListener} at all when a response that has been committed fails in an asynchronous pass, which is what a
 * client does that leaves in the middle of a stream; its core's completion listener is called then too. On any other
 * container these methods do nothing.
 */
final class JettyCore {
    private static final ClassValue<@Nullable Handles> HANDLES = new ClassValue<>() {
        @Override
        protected @Nullable Handles computeValue(Class<?> type) {
            return type.getName().startsWith("org.eclipse.jetty.") ? Handles.find(type) : null;
        }
    };

    private JettyCore() {}

    /** Whether {@link #onCompletion} is told of every end. */
    static boolean tellsEnd(ServletRequest request) {
        return HANDLES.get(unwrapped(request).getClass()) != null;
    }

    /** Has {@code task} run when the exchange has ended in whatever way. */
    static void onCompletion(ServletRequest request, Runnable task) {
        ServletRequest own = unwrapped(request);
        Handles handles = HANDLES.get(own.getClass());
        if (handles != null) {
            Consumer<@Nullable Throwable> listener = failure -> task.run();
            handles.call(() -> handles.addCompletionListener.invoke(handles.core.invoke(own), listener));
        }
    }

    /** Has {@code task} run when the client resets the stream, or the connection fails. */
    static void onFailure(ServletRequest request, Runnable task) {
        ServletRequest own = unwrapped(request);
        Handles handles = HANDLES.get(own.getClass());
        if (handles != null) {
            Consumer<@Nullable Throwable> listener = failure -> task.run();
            handles.call(() -> handles.addFailureListener.invoke(handles.core.invoke(own), listener));
        }
    }

    /**
     * Whether the stream was reset, or the connection failed, before anybody listened. Reads, so only a request whose
     * body has been read to its end may be asked.
     */
    static boolean hasFailed(ServletRequest request) {
        ServletRequest own = unwrapped(request);
        Handles handles = HANDLES.get(own.getClass());
        return handles != null
                && Boolean.TRUE.equals(
                        handles.call(() -> handles.isFailure.invoke(handles.read.invoke(handles.core.invoke(own)))));
    }

    /** Ends an exchange whose client does not read: closes its connection, or resets its HTTP/2 stream. */
    static void abort(ServletRequest request) {
        ServletRequest own = unwrapped(request);
        Handles handles = HANDLES.get(own.getClass());
        if (handles != null) {
            AtomicReference<@Nullable Object> stream = new AtomicReference<>();
            Function<Object, Object> capture = found -> {
                stream.set(found);
                return found;
            };
            TimeoutException why = new TimeoutException("the client does not read");
            handles.call(() -> {
                handles.addHttpStreamWrapper.invoke(handles.core.invoke(own), capture);
                handles.failed.invoke(stream.get(), why);
                return null;
            });
        }
    }

    private static ServletRequest unwrapped(ServletRequest request) {
        ServletRequest own = request;
        while (own instanceof ServletRequestWrapper wrapper) {
            own = wrapper.getRequest();
        }
        return own;
    }

    private record Handles(
            MethodHandle core,
            MethodHandle addCompletionListener,
            MethodHandle addFailureListener,
            MethodHandle read,
            MethodHandle isFailure,
            MethodHandle addHttpStreamWrapper,
            MethodHandle failed) {

        private interface Call {
            @Nullable Object run() throws Throwable;
        }

        static @Nullable Handles find(Class<?> servletRequest) {
            try {
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                ClassLoader jetty = servletRequest.getClassLoader();
                Class<?> request = Class.forName("org.eclipse.jetty.server.Request", false, jetty);
                Class<?> callback = Class.forName("org.eclipse.jetty.util.Callback", false, jetty);
                Class<?> chunk = Class.forName("org.eclipse.jetty.io.Content$Chunk", false, jetty);
                MethodType listens = MethodType.methodType(void.class, Consumer.class);
                return new Handles(
                        lookup.unreflect(servletRequest.getMethod("getRequest")),
                        lookup.findStatic(
                                request,
                                "addCompletionListener",
                                MethodType.methodType(void.class, request, Consumer.class)),
                        lookup.findVirtual(request, "addFailureListener", listens),
                        lookup.findVirtual(request, "read", MethodType.methodType(chunk)),
                        lookup.findStatic(chunk, "isFailure", MethodType.methodType(boolean.class, chunk)),
                        lookup.findVirtual(
                                request, "addHttpStreamWrapper", MethodType.methodType(void.class, Function.class)),
                        lookup.findVirtual(callback, "failed", MethodType.methodType(void.class, Throwable.class)));
            } catch (ReflectiveOperationException | LinkageError e) {
                Log.warn("this Jetty's core cannot be reached; a client that leaves mid-stream may hold its slot", e);
                return null;
            }
        }

        @Nullable Object call(Call call) {
            try {
                return call.run();
            } catch (Error e) {
                throw e;
            } catch (Throwable e) {
                Log.debug("Jetty refused", e);
                return null;
            }
        }
    }
}
