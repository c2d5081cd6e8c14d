// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import com.microsoft.playwright.Page;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Keeps pictures of pages below {@code docs/images}, with {@code -Dscreenshots.update=true} only. */
final class Pictures {
    private static final int COLOURS = 256;

    private Pictures() {}

    static void take(Page page, String name) {
        String directory = System.getProperty("screenshots.directory", "");
        boolean isUpdate = Boolean.getBoolean("screenshots.update");
        if (isUpdate ? name.startsWith(Tab.UNKEPT) : directory.isEmpty()) {
            return;
        }
        byte[] png = page.screenshot(new Page.ScreenshotOptions().setFullPage(!isUpdate));
        try {
            Path target = (isUpdate ? root().resolve("docs/images") : Path.of(directory)).resolve(name + ".png");
            Files.createDirectories(target.getParent());
            ImageIO.write(indexed(ImageIO.read(new ByteArrayInputStream(png))), "png", target.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    /** The most frequent colours stay as they are; pages have few others. */
    private static BufferedImage indexed(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        Map<Integer, Integer> counts = new HashMap<>();
        for (int pixel : pixels) {
            counts.merge(pixel & 0xffffff, 1, Integer::sum);
        }
        List<Integer> palette = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(COLOURS)
                .map(Map.Entry::getKey)
                .toList();
        int[] colours = palette.stream().mapToInt(Integer::intValue).toArray();
        IndexColorModel model =
                new IndexColorModel(8, colours.length, colours, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE);
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model);
        Map<Integer, Integer> nearest = new HashMap<>();
        byte[] row = new byte[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int colour = pixels[y * width + x] & 0xffffff;
                row[x] = (byte) (int) nearest.computeIfAbsent(colour, c -> nearest(c, colours));
            }
            small.getRaster().setDataElements(0, y, width, 1, row);
        }
        return small;
    }

    private static int nearest(int colour, int[] colours) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < colours.length; i++) {
            int red = (colour >> 16 & 255) - (colours[i] >> 16 & 255);
            int green = (colour >> 8 & 255) - (colours[i] >> 8 & 255);
            int blue = (colour & 255) - (colours[i] & 255);
            int distance = red * red * 2 + green * green * 4 + blue * blue * 3;
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }
}
