package view

import "fmt"

// Series is one row of bars: the word that names it and a value per category, none below zero.
type Series struct {
	Name   string
	Values []int64
}

// BarChart is what a chart of bars shows. Categories and names are in the page's language. Every page that shows one shows
// the same numbers as a table too.
type BarChart struct {
	Title      string
	Categories []string
	Series     []Series
}

// Measures of the drawing, in SVG units.
const (
	chartWidth, chartHeight = 960.0, 260.0
	plotLeft, plotTop       = 64.0, 28.0
	plotBottom              = chartHeight - 40.0
	maxCategoryLabels       = 16
)

type bar struct {
	class               string
	x, y, width, height string
	words               string
}

type label struct{ x, y, words string }

// top is the highest value, at least 1, rounded up to a number that divides well: 1, 2 or 5 times a power of ten.
func (c BarChart) top() int64 {
	highest := int64(1)
	for _, s := range c.Series {
		for _, v := range s.Values {
			highest = max(highest, v)
		}
	}
	for unit := int64(1); ; unit *= 10 {
		for _, step := range []int64{1, 2, 5} {
			if unit*step >= highest {
				return unit * step
			}
		}
		if unit > highest {
			return highest // beyond the range of a count
		}
	}
}

func (c BarChart) slot() float64 {
	return (chartWidth - plotLeft) / float64(max(len(c.Categories), 1))
}

func (c BarChart) bars(number func(int64) string) []bar {
	var all []bar
	top := float64(c.top())
	width := c.slot() * 0.8 / float64(max(len(c.Series), 1))
	for n, s := range c.Series {
		for i, v := range s.Values {
			if i >= len(c.Categories) {
				break
			}
			height := float64(v) / top * (plotBottom - plotTop)
			x := plotLeft + c.slot()*(float64(i)+0.1) + width*float64(n)
			all = append(all, bar{
				class: fmt.Sprintf("bar-%d", n%3+1), x: svg(x), y: svg(plotBottom - height), width: svg(width), height: svg(height),
				words: c.Categories[i] + ", " + s.Name + ": " + number(v),
			})
		}
	}
	return all
}

// categoryLabels are written below the bars, every so many where all would not fit.
func (c BarChart) categoryLabels() []label {
	var all []label
	every := (len(c.Categories) + maxCategoryLabels - 1) / maxCategoryLabels
	for i, words := range c.Categories {
		if i%max(every, 1) == 0 {
			all = append(all, label{svg(plotLeft + c.slot()*(float64(i)+0.5)), svg(plotBottom + 18), words})
		}
	}
	return all
}

func (c BarChart) scale(number func(int64) string) []label {
	top := c.top()
	steps := []int64{0, top / 2, top}
	if top < 2 {
		steps = []int64{0, top}
	}
	var all []label
	for _, v := range steps {
		y := plotBottom - float64(v)/float64(top)*(plotBottom-plotTop)
		all = append(all, label{svg(plotLeft - 8), svg(y + 4), number(v)})
	}
	return all
}

func svg(v float64) string { return fmt.Sprintf("%.1f", v) }
