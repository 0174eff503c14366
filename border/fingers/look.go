package fingers

import (
	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// Look is what our own engine makes of an image.
type Look struct {
	Template fingerprint.Template
	Quality  int // 0 to 100
	// Why is what spoils a print below the wanted quality most (fingerprint.Advice); "" of any other. A key of the text catalogue below
	// "fingers.why.".
	Why string
}

// Examine finds what is compared of an image, and says why it is worse than wanted when it is.
func Examine(img biometrics.Image, wanted int) (Look, error) {
	template, err := fingerprint.Extract(img)
	if err != nil {
		return Look{}, err
	}
	look := Look{Template: template, Quality: int(template.Quality)}
	if look.Quality >= wanted {
		return look, nil
	}
	judged, err := fingerprint.Assess(img)
	if err != nil {
		return Look{}, err
	}
	if look.Why = string(judged.Advice); look.Why == "" {
		look.Why = string(fingerprint.Unclear)
	}
	return look, nil
}
