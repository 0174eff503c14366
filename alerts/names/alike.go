package names

// Alike tells how far two tokens are spellings of one name, 0 to 1, by sound and letters together: 1 is equal, 0.9 a synonym (Class), and
// below what their skeletons and their vowels say. It is symmetric and knows no typing errors: 0 says that no spelling rule makes them
// one, not that they are far apart.
func Alike(a, b string) float64 {
	switch {
	case a == b:
		return 1
	case Class(a) != 0 && Class(a) == Class(b):
		return 0.9
	case Skeleton(a) == Skeleton(b) && len(Skeleton(a)) > 1:
		return 0.88
	}
	return 0
}
