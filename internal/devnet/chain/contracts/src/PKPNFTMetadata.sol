// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title What a PKP looks like in a wallet
contract PKPNFTMetadata {
    /// @return a data URI of ERC-721 metadata
    function tokenURI(uint256 tokenId, bytes calldata pubKey, address ethAddress)
        external
        pure
        returns (string memory)
    {
        string memory json = string.concat(
            '{"name":"Lit PKP #',
            Strings.toString(tokenId),
            '","description":"This NFT entitles the holder to use a Lit Protocol PKP, and to grant access to it.",',
            '"attributes":[{"trait_type":"Public Key","value":"',
            Strings.toHexString(pubKey),
            '"},{"trait_type":"ETH Wallet Address","value":"',
            Strings.toChecksumHexString(ethAddress),
            '"},{"trait_type":"Token ID","value":"',
            Strings.toString(tokenId),
            '"}]}'
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }
}
