"""OpenID Connect: one provider, several behind a gateway, or the Italian federation."""
