package sqlstore

// WayToPostgres tells how a server would be spoken to: verified, or open to read or to
// others who answer in its place.
func WayToPostgres(c Config) (string, error) {
	config, err := addressOf(c)
	if err != nil {
		return "", err
	}
	for _, w := range ways(config) {
		if w.tls == nil || w.tls.InsecureSkipVerify {
			return "open", nil
		}
	}
	return "verified", nil
}
