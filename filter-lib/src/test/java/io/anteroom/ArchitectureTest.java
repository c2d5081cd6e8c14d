// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/** Holds the directions between the packages, and the few rules that keep the decisions deterministic. */
@AnalyzeClasses(
        packages = "io.anteroom",
        importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludeJars.class})
final class ArchitectureTest {

    private static final String ADMISSION = "io.anteroom.admission..";

    /** Top uses bottom. The front door is the package itself, without what lies below it. */
    private static final List<String> TOP_TO_BOTTOM = List.of(
            "io.anteroom.metrics..",
            "io.anteroom.tracing..",
            "io.anteroom",
            "io.anteroom.settings..",
            "io.anteroom.servlet..",
            "io.anteroom.protocol..",
            "io.anteroom.rate..",
            "io.anteroom.backend..",
            "io.anteroom.webhook..",
            "io.anteroom.event..",
            ADMISSION);

    private static final Set<String> CLOCKS_OF_SYSTEM = Set.of("nanoTime", "currentTimeMillis");

    @ArchTest
    static void every_package_uses_only_packages_below_it(JavaClasses classes) {
        for (int i = 1; i < TOP_TO_BOTTOM.size(); i++) {
            String[] above = TOP_TO_BOTTOM.subList(0, i).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(TOP_TO_BOTTOM.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("io.anteroom.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule admission_uses_nothing_but_the_jdk = classes()
            .that()
            .resideInAPackage(ADMISSION)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ADMISSION, "java..", "org.jspecify..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule only_the_adapters_know_servlets = noClasses()
            .that()
            .resideOutsideOfPackages("io.anteroom", "io.anteroom.servlet..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.servlet..")
            .allowEmptyShould(true);

    /** They are optional: a host that has none of them must never load a class that needs them. */
    @ArchTest
    static final ArchRule only_metrics_and_tracing_know_their_libraries = noClasses()
            .that()
            .resideOutsideOfPackages("io.anteroom.metrics..", "io.anteroom.tracing..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.micrometer..", "io.opentelemetry..", "io.anteroom.metrics..", "io.anteroom.tracing..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule admission_reads_no_clock = noClasses()
            .that()
            .resideInAPackage(ADMISSION)
            .should()
            .accessTargetWhere(target("a clock of the JDK", ArchitectureTest::readsClock))
            .because("time is an argument")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule admission_draws_no_random_numbers = noClasses()
            .that()
            .resideInAPackage(ADMISSION)
            .should()
            .accessTargetWhere(target("a source of randomness", ArchitectureTest::drawsRandomly))
            .because("the same commands must give the same decisions")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothing_sleeps = noClasses()
            .should()
            .accessTargetWhere(target("a sleep", ArchitectureTest::sleeps))
            .because("nothing here polls, and a sleeping thread serves nobody")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule classes_are_closed_for_inheritance = classes()
            .that(describe("are top-level classes", JavaClass::isTopLevelClass))
            .should(beClosedForInheritance())
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule packages_are_null_marked =
            classes().should(resideInANullMarkedPackage()).allowEmptyShould(true);

    private static DescribedPredicate<JavaAccess<?>> target(String text, AccessTest test) {
        return describe(text, access -> test.test(access.getTargetOwner(), access.getName()));
    }

    private static boolean readsClock(JavaClass owner, String member) {
        if (owner.isEquivalentTo(System.class)) {
            return CLOCKS_OF_SYSTEM.contains(member);
        }
        if (owner.isAssignableTo(Clock.class)) {
            return member.startsWith("system") || member.startsWith("tick");
        }
        return owner.isAssignableTo(Temporal.class) && member.equals("now");
    }

    private static boolean drawsRandomly(JavaClass owner, String member) {
        return owner.isAssignableTo(RandomGenerator.class)
                || owner.isEquivalentTo(Math.class) && member.equals("random")
                || owner.isEquivalentTo(UUID.class) && member.equals("randomUUID");
    }

    private static boolean sleeps(JavaClass owner, String member) {
        return member.equals("sleep") && (owner.isAssignableTo(Thread.class) || owner.isEquivalentTo(TimeUnit.class));
    }

    private static ArchCondition<JavaClass> beClosedForInheritance() {
        return new ArchCondition<>("be final, a record, an enum, sealed, an interface or abstract") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                Set<JavaModifier> modifiers = type.getModifiers();
                boolean closed = modifiers.contains(JavaModifier.FINAL)
                        || modifiers.contains(JavaModifier.ABSTRACT)
                        || type.isInterface()
                        || type.isEnum()
                        || type.reflect().isSealed();
                events.add(
                        new SimpleConditionEvent(type, closed, type.getDescription() + " can be extended by anyone"));
            }
        };
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package whose package-info is @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                String text = type.getPackageName() + " has no @NullMarked package-info, needed by " + type.getName();
                events.add(new SimpleConditionEvent(type, marked, text));
            }
        };
    }

    private interface AccessTest {
        boolean test(JavaClass owner, String member);
    }
}
