package auth_test

import (
	"strings"
	"testing"

	"github.com/openbmis/openbmis/internal/auth"
)

func BenchmarkCheckPassword(b *testing.B) {
	for name, password := range map[string]string{
		"usual": "six tall grey herons", "long": strings.Repeat("ab cdé", 42), "arabic": strings.Repeat("كلمة ", 50),
		"combining": strings.Repeat("e\u0301\u0323", 80), "refused": strings.Repeat("\u200d", 250),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = auth.CheckPassword(password, "amara")
			}
		})
	}
}

func BenchmarkNormaliseLogin(b *testing.B) {
	for name, login := range map[string]string{
		"usual": "Amara.Okafor", "combining": strings.Repeat("e\u0301\u0323", 50), "greek": strings.Repeat("Σ", 120), "arabic": strings.Repeat("كلمة", 15),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = auth.NormaliseLogin(login)
			}
		})
	}
}
