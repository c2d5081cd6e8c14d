// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples;

import io.anteroom.Anteroom;
import io.anteroom.AnteroomFilter;
import io.anteroom.admission.PoolSettings;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** The filter in an embedded Tomcat, by program and by web.xml, as the README shows it. */
final class TomcatExample {
    private TomcatExample() {}

    static Tomcat byProgram(Path workFolder) {
        Tomcat tomcat = empty(workFolder);
        Context context = tomcat.addContext("", workFolder.toString());
        Anteroom anteroom = Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(8))
                .route("/v1/*", "llm")
                .build();
        // tag::tomcat
        FilterDef filter = new FilterDef();
        filter.setFilterName("anteroom");
        filter.setFilter(new AnteroomFilter(anteroom));
        filter.setAsyncSupported("true");
        context.addFilterDef(filter);
        FilterMap mapping = new FilterMap();
        mapping.setFilterName("anteroom");
        mapping.addURLPattern("/*");
        mapping.setDispatcher("REQUEST");
        mapping.setDispatcher("ASYNC");
        context.addFilterMap(mapping);
        // end::tomcat
        Wrapper hello = Tomcat.addServlet(context, "hello", new HelloServlet());
        hello.setAsyncSupported(true);
        hello.addMapping("/*");
        return tomcat;
    }

    static Tomcat byWebXml(Path workFolder, Path webapp) {
        Tomcat tomcat = empty(workFolder);
        Context context = tomcat.addWebapp("", webapp.toAbsolutePath().toString());
        context.setParentClassLoader(TomcatExample.class.getClassLoader());
        return tomcat;
    }

    private static Tomcat empty(Path workFolder) {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(workFolder.toString());
        tomcat.setPort(0);
        tomcat.setAddDefaultWebXmlToWebapp(false);
        tomcat.getConnector();
        return tomcat;
    }
}
