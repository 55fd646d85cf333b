// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Enumerable} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Enumerable.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Capacity credits
/// @notice A token allows its holder a number of requests per kilosecond until a midnight (UTC). The price is linear in
/// both; the rate bought is computed from what was paid and the time that is left when the transaction runs.
contract RateLimitNFT is ERC721Enumerable, Ownable {
    struct RateLimit {
        uint256 requestsPerKilosecond;
        uint256 expiresAt;
    }

    uint256 private constant DAY = 86400;

    event Withdrew(uint256 amount);

    /// In wei per request per kilosecond and kilosecond.
    uint256 public constant additionalRequestsPerKilosecondCost = 1000000;
    uint256 public constant defaultRateLimitWindowSeconds = DAY;
    uint256 public constant RLIHolderRateLimitWindowSeconds = DAY;
    uint256 public constant freeRequestsPerRateLimitWindow = 0;
    uint256 public constant maxRequestsPerKilosecond = 10000;
    uint256 public constant maxExpirationSeconds = 2592000;

    mapping(uint256 tokenId => RateLimit) private _capacities;
    /// Only midnights can be bought, so that what is sold is summed over days and not over tokens.
    mapping(uint256 expiresAt => uint256) private _soldUntil;
    uint256 private _lastExpiration;
    uint256 private _lastTokenId;

    constructor() ERC721("Rate Limit Increases on Lit Protocol", "RLI") Ownable(msg.sender) {}

    /// @param expiresAt unix time in seconds, a midnight
    function mint(uint256 expiresAt) external payable returns (uint256 tokenId) {
        require(expiresAt % DAY == 0, "Expiration time must be set to midnight on any given day");
        require(expiresAt > block.timestamp, "Expiration time is in the past");
        require(
            expiresAt < block.timestamp + maxExpirationSeconds,
            "You cannot purchase an expiration time that is more than the maxExpirationSeconds in the future"
        );
        require(msg.value > 0, "You must pay more than 0");
        uint256 rate = calculateRequestsPerKilosecond(msg.value, expiresAt);
        require(rate > 0, "The requestsPerKilosecond must be greater than 0");
        require(
            checkBelowMaxRequestsPerKilosecond(rate),
            "Can't allocate capacity beyond the global max requests per kilosecond"
        );

        tokenId = ++_lastTokenId;
        _capacities[tokenId] = RateLimit(rate, expiresAt);
        _soldUntil[expiresAt] += rate;
        if (expiresAt > _lastExpiration) {
            _lastExpiration = expiresAt;
        }
        _mint(msg.sender, tokenId);
    }

    /// @notice Burns the expired credits of an owner. Anybody may tidy up.
    function pruneExpired(address owner) external {
        for (uint256 i = balanceOf(owner); i > 0; i--) {
            uint256 tokenId = tokenOfOwnerByIndex(owner, i - 1);
            if (isExpired(tokenId)) {
                delete _capacities[tokenId];
                _burn(tokenId);
            }
        }
    }

    /// @notice Pays what was sold to the owner.
    function withdraw() external onlyOwner {
        uint256 amount = address(this).balance;
        (bool sent,) = payable(msg.sender).call{value: amount}("");
        require(sent, "Paying out failed");
        emit Withdrew(amount);
    }

    /// @return in wei
    function calculateCost(uint256 requestsPerKilosecond, uint256 expiresAt) external view returns (uint256) {
        require(expiresAt > block.timestamp, "The expiresAt must be in the future");
        require(requestsPerKilosecond > 0, "The requestsPerKilosecond must be greater than 0");
        return requestsPerKilosecond * (expiresAt - block.timestamp) * additionalRequestsPerKilosecondCost / 1000;
    }

    /// @param payingAmount in wei
    /// @return rounded down
    function calculateRequestsPerKilosecond(uint256 payingAmount, uint256 expiresAt) public view returns (uint256) {
        require(expiresAt > block.timestamp, "The expiresAt must be in the future");
        return payingAmount * 1000 / ((expiresAt - block.timestamp) * additionalRequestsPerKilosecondCost);
    }

    /// @return zeros for an unknown id
    function capacity(uint256 tokenId) external view returns (RateLimit memory) {
        return _capacities[tokenId];
    }

    function isExpired(uint256 tokenId) public view returns (bool) {
        return _capacities[tokenId].expiresAt <= block.timestamp;
    }

    /// @return sold the sum over all credits that have not expired
    function currentSoldRequestsPerKilosecond() public view returns (uint256 sold) {
        for (uint256 day = (block.timestamp / DAY + 1) * DAY; day <= _lastExpiration; day += DAY) {
            sold += _soldUntil[day];
        }
    }

    function checkBelowMaxRequestsPerKilosecond(uint256 requestedRequestsPerKilosecond) public view returns (bool) {
        return currentSoldRequestsPerKilosecond() + requestedRequestsPerKilosecond <= maxRequestsPerKilosecond;
    }

    /// @return a data URI of ERC-721 metadata
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        RateLimit memory limit = _capacities[tokenId];
        string memory json = string.concat(
            '{"name":"Lit Protocol Rate Limit Increase #',
            Strings.toString(tokenId),
            '","description":"This NFT entitles the holder to a rate limit increase on the Lit Protocol network.",',
            '"attributes":[{"display_type":"number","trait_type":"Requests Per Kilosecond","value":',
            Strings.toString(limit.requestsPerKilosecond),
            '},{"display_type":"date","trait_type":"Expiration Date","value":',
            Strings.toString(limit.expiresAt),
            "}]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }
}
