package reader

import "github.com/openbmis/openbmis/traveldoc/mrz"

// Zone is how the machine readable zone of a reading was read from an image, character by character.
type Zone struct {
	// By is what read it: "openbmis", or what the device calls its recognition.
	By string `json:"by,omitempty"`
	// Raw is the best reading of every character by itself, lines joined by \n; MRZ of the reading is what was read with the help of
	// the check digits. Where they differ, a character was decided by its digit.
	Raw string `json:"raw,omitempty"`
	// Doubts are the characters whose second best reading is nearly as good.
	Doubts []mrz.RunnerUp `json:"doubts,omitempty"`
	// Confidence is from 0 to 1, one for each character of MRZ without its line breaks.
	Confidence []float64 `json:"confidence,omitempty"`
}

// Least is the lowest confidence of a character, and its place among the characters of the zone without line breaks; 1 and -1 when none
// is known.
func (z *Zone) Least() (confidence float64, at int) {
	confidence, at = 1, -1
	if z == nil {
		return confidence, at
	}
	for n, p := range z.Confidence {
		if at < 0 || p < confidence {
			confidence, at = p, n
		}
	}
	return confidence, at
}
