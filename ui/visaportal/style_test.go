package visaportal_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The style mirrors by itself and asks nobody else for anything; the script makes no markup of text.
func TestStyleAndScriptKeepTheRules(t *testing.T) {
	style, err := os.ReadFile("../assets/visaportal.css")
	require.NoError(t, err)
	sides := regexp.MustCompile(`(?i)(margin|padding|border)-(left|right)|[^-](left|right)\s*:|text-align:\s*(left|right)|float\s*:|https?:`)
	require.Empty(t, sides.FindAllString(string(style), -1))
	script, err := os.ReadFile("../assets/visaportal.js")
	require.NoError(t, err)
	require.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|eval\(|Function\(|document\.write|https?:`, string(script))
}
