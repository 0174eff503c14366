package wsq

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
)

// maxComments bounds how many comments are kept of an image.
const maxComments = 64

// comment keeps a comment, and reads it when it is the one that NIST's tools write: lines of a key and a value.
func (i *Info) comment(text string) {
	if len(i.Comments) < maxComments {
		i.Comments = append(i.Comments, text)
	}
	if !strings.HasPrefix(text, "NIST_COM ") {
		return
	}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n\x00"), " ")
		switch key {
		case "PPI":
			if ppi, err := strconv.Atoi(value); err == nil {
				i.PPI = ppi
			}
		case "WSQ_BITRATE":
			if rate, err := strconv.ParseFloat(value, 64); err == nil {
				i.BitRate = rate
			}
		}
	}
}

// believable is the comment's resolution, or 500. Below 300 nobody compresses by WSQ: what stands there (-1, 0, 255) is a writer's default.
func (i *Info) believable() float64 {
	if i.PPI >= 300 && i.PPI <= 1200 {
		return float64(i.PPI)
	}
	return biometrics.PPI
}

// nistComment is the comment that NIST's tools write, and expect.
func nistComment(m biometrics.Image, rate float64) string {
	return fmt.Sprintf("NIST_COM 9\nPIX_WIDTH %d\nPIX_HEIGHT %d\nPIX_DEPTH 8\nPPI %.0f\nLOSSY 1\nCOLORSPACE GRAY\nCOMPRESSION WSQ\nWSQ_BITRATE %.6f",
		m.Width, m.Height, m.PPI, rate)
}
