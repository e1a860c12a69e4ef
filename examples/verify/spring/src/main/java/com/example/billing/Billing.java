package com.example.billing;

import java.util.Objects;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Profile;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A service that only users of WaterBill Identity may call. It verifies access tokens without asking, by the published
 * keys: see application.properties.
 *
 * <p>What it can't see, until a token expires (15 minutes): that its session has ended, that the account was deactivated.
 * Before an act that can't be undone, ask GetProfile instead: examples/java.
 */
@SpringBootApplication
@RestController
public class Billing {
  public static void main(String[] arguments) {
    SpringApplication.run(Billing.class, arguments);
  }

  @GetMapping("/")
  String whoIs(@AuthenticationPrincipal Jwt token) {
    return token.getClaim("user_id") + " " + token.getClaim("phone") + " " + token.getClaim("full_name");
  }

  /**
   * By itself, Spring Boot 4 accepts only tokens of type JWT or without a type. This replaces that rule. With
   * ACCESS_TOKEN_TYP=JWT it isn't needed: start with --spring.profiles.active=jwt.
   */
  @Bean
  @Profile("!jwt")
  JwtTypeValidator accessTokenType() {
    return new JwtTypeValidator("at+jwt");
  }

  /** A service's token has no user_id. */
  @Bean
  OAuth2TokenValidator<Jwt> user() {
    return new JwtClaimValidator<Object>("user_id", Objects::nonNull);
  }
}
