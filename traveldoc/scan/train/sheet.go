package main

import (
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// The sheets of real cells: cells of 24x32 pixels, 50 a row, dark on light, a capital about 18 pixels tall.
const (
	sheetWidth, sheetHeight, sheetRow = 24, 32, 50
	sheetScale                        = 18.5 / strip.Step
)

// realCell is a cell of real print.
type realCell struct {
	pix   [sheetWidth * sheetHeight]uint8
	class int
}

// readSheets reads CLASS_COUNT.png of a folder. Every fifth cell of a class is kept for measuring.
func readSheets(folder string) (learn, measure []realCell, err error) {
	names, err := filepath.Glob(filepath.Join(folder, "*_*.png"))
	if err != nil {
		return nil, nil, fmt.Errorf("sheets of cells in %s: %w", folder, err)
	}
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("sheets of cells in %s: found none named CLASS_COUNT.png", folder)
	}
	for _, name := range names {
		cells, err := readSheet(name)
		if err != nil {
			return nil, nil, fmt.Errorf("sheet of cells %s: %w", name, err)
		}
		for i, c := range cells {
			if i%5 == 4 {
				measure = append(measure, c)
			} else {
				learn = append(learn, c)
			}
		}
	}
	return learn, measure, nil
}

func readSheet(name string) ([]realCell, error) {
	character, count, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".png"), "_")
	if character == "filler" {
		character = "<"
	}
	n, err := strconv.Atoi(count)
	if err != nil || len(character) != 1 || glyph.Class(character[0]) == glyph.None {
		return nil, fmt.Errorf("its name: expected CLASS_COUNT.png")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	img, err := png.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	grey, ok := img.(*image.Gray)
	if rows := (n + sheetRow - 1) / sheetRow; !ok || img.Bounds().Dx() < sheetRow*sheetWidth || img.Bounds().Dy() < rows*sheetHeight {
		return nil, fmt.Errorf("%T of %v: expected grey, %d cells of %dx%d", img, img.Bounds(), n, sheetWidth, sheetHeight)
	}
	cells := make([]realCell, n)
	for i := range cells {
		cells[i].class = glyph.Class(character[0])
		for y := range sheetHeight {
			at := grey.PixOffset(i%sheetRow*sheetWidth, i/sheetRow*sheetHeight+y)
			copy(cells[i].pix[y*sheetWidth:(y+1)*sheetWidth], grey.Pix[at:])
		}
	}
	return cells, nil
}

// fit brings a real cell to the size of the reader's, shaken when r is given.
func (c *realCell) fit(r *rand.Rand, cell *[strip.Size]float32) {
	p := &strip.Plane{W: sheetWidth, H: sheetHeight, Pix: c.pix[:]}
	at := strip.Line{X: 12.2, Y: 16.0, UX: sheetScale * strip.Step, Tall: 1}
	if r != nil {
		at.X += (r.Float64() - 0.5) * 3
		at.Y += (r.Float64() - 0.5) * 3
		at.UX *= 1 + (r.Float64()-0.5)*0.16
		at.Tall *= 1 + (r.Float64()-0.5)*0.16
	}
	strip.Cut(p, at, 0, 1).Cell(0, cell)
	for i, v := range cell {
		cell[i] = max(0, v)
	}
}
